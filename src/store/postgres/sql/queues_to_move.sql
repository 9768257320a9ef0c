SELECT no, waiting FROM topic_queue WHERE provider = $1::text AND cancelled_at IS NULL ORDER BY no LIMIT $2::bigint FOR UPDATE;
