-- An id of the provider that a report told before the answer stays.
UPDATE delivery SET state = $4::bigint, attempt = $5::bigint, twice = $6::boolean, changed_at = $7::bigint, next_try = $8::bigint, provider_id = coalesce($9::text, provider_id), reason = $10::text
WHERE key = $1::bigint AND state = $2::bigint AND attempt = $3::bigint;
