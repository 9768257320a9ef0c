INSERT INTO attempt (key, attempt, at, outcome, provider_id, reason)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[]) ON CONFLICT DO NOTHING;
