INSERT INTO decision (key, attempt, kind, at, note) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING;
