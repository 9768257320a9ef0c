UPDATE topic_queue SET provider = $3::text WHERE no = $1::bigint AND provider = $2::text AND cancelled_at IS NULL;
