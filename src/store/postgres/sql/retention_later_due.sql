SELECT since, message FROM retention_later WHERE kind = $1::bigint AND since <= $2::bigint ORDER BY since, message LIMIT $3::bigint;
