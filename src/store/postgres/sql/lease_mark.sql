INSERT INTO lease_returned (lease, ordinal) VALUES ($1::bigint, $2::bigint) ON CONFLICT DO NOTHING;
