SELECT no FROM topic_queue WHERE provider = $1::text AND lane = $2::bigint AND topic = $3::bigint AND cancelled_at IS NULL ORDER BY no LIMIT 1;
