UPDATE joint_recipient SET state = $4::bigint, attempt = $5::bigint, twice = $6::boolean, out = $7::bigint, changed_at = $8::bigint, provider_id = $9::text, reason = $10::text
WHERE key = $1::bigint AND position = $2::bigint AND state = $3::bigint;
