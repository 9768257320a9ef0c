INSERT INTO hook_try (endpoint, event, attempt, at, took_ms, status, error, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING;
