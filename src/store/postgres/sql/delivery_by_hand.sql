UPDATE delivery SET state = $3::bigint, changed_at = $4::bigint, next_try = NULL, reason = $5::text WHERE key = $1::bigint AND state = $2::bigint;
