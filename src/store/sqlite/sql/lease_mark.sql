INSERT INTO lease_returned (lease, ordinal) VALUES (?1, ?2) ON CONFLICT DO NOTHING;
