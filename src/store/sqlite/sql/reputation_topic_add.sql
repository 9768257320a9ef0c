INSERT INTO reputation_topic (topic, bounced, bounced_at) VALUES (?1, ?2, ?3)
ON CONFLICT (topic) DO UPDATE SET bounced = bounced + excluded.bounced, bounced_at = excluded.bounced_at;
