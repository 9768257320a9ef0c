INSERT INTO joint_attempt (key, position, attempt, at, outcome, provider_id, reason)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[]) ON CONFLICT DO NOTHING;
