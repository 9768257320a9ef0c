INSERT INTO sender_profile (name, body, created_at, changed_at) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (name) DO NOTHING;
