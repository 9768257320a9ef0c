INSERT INTO joint_attempt (key, position, attempt, at, outcome, provider_id, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING;
