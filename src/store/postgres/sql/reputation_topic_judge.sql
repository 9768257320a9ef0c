UPDATE reputation_topic SET judged_at = $2::bigint, why = $3::text WHERE topic = $1::bigint AND judged_at IS NULL;
