UPDATE delivery SET state = $4::bigint, attempt = $5::bigint, twice = $6::boolean, changed_at = $7::bigint, next_try = $8::bigint, provider_id = $9::text, reason = $10::text
WHERE key = $1::bigint AND state = $2::bigint AND attempt = $3::bigint;
