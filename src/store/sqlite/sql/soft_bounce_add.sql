INSERT INTO soft_bounce (address, day, last_at) VALUES (?1, ?2, ?3)
ON CONFLICT (address, day) DO UPDATE SET last_at = max(last_at, excluded.last_at);
