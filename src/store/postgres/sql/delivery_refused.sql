UPDATE delivery SET state = $3::bigint, changed_at = $4::bigint, reason = $5::text, next_try = NULL WHERE key = $1::bigint AND state = $2::bigint;
