SELECT key FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key LIMIT 1 OFFSET $3::bigint;
