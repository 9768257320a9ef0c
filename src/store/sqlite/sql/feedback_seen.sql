INSERT INTO provider (name, last_feedback, last_delivered) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET last_feedback = max(coalesce(last_feedback, 0), excluded.last_feedback),
    last_delivered = coalesce(max(last_delivered, excluded.last_delivered), last_delivered, excluded.last_delivered);
