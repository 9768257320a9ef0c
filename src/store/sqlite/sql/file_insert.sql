INSERT INTO file (hash, upload, size, kind, created_at, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (hash) DO NOTHING;
