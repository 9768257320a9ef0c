INSERT INTO sender_profile (name, body, created_at, changed_at) VALUES ($1::text, $2::text, $3::bigint, $3::bigint) ON CONFLICT (name) DO NOTHING;
