INSERT INTO attempt (key, attempt, at, outcome, provider_id, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING;
