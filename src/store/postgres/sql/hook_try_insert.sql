INSERT INTO hook_try (endpoint, event, attempt, at, took_ms, status, error, answer)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
ON CONFLICT DO NOTHING;
