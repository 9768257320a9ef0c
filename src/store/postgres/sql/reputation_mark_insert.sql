INSERT INTO reputation_mark (kind, name, mark) VALUES ($1::bigint, $2::text, $3::text) ON CONFLICT (kind, name) DO NOTHING;
