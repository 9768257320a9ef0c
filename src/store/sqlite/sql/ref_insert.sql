INSERT INTO provider_ref (period, hash, key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;
