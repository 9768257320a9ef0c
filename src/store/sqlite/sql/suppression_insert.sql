INSERT INTO suppression (address, cause, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (address) DO NOTHING;
