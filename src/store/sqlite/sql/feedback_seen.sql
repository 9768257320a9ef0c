INSERT INTO provider (name, last_feedback) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET last_feedback = max(coalesce(last_feedback, 0), excluded.last_feedback);
