INSERT INTO decision (key, attempt, kind, at, note) VALUES ($1::bigint, $2::bigint, $3::text, $4::bigint, $5::text) ON CONFLICT DO NOTHING;
