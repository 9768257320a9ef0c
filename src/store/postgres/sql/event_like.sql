SELECT count(*), count(*) FILTER (WHERE kind = $3::bigint AND detail = $4::text AND (NOT $5::boolean OR at = $6::bigint))
FROM event WHERE key = $1::bigint AND recipient = $2::text;
