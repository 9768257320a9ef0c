INSERT INTO retention_later (kind, since, message) VALUES (?1, ?2, ?3) ON CONFLICT (kind, since, message) DO NOTHING;
