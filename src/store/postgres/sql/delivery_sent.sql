UPDATE delivery d SET state = 3, attempt = u.attempt, provider_id = u.provider_id, changed_at = u.at, next_try = NULL, reason = NULL
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) WITH ORDINALITY AS u (key, attempt, provider_id, at, n)
WHERE d.key = u.key AND d.state = 0 AND d.attempt = 0 AND u.attempt = 1 AND d.joint IS NULL
RETURNING u.n;
