INSERT INTO reputation_topic (topic, bounced) VALUES (?1, ?2)
ON CONFLICT (topic) DO UPDATE SET bounced = bounced + excluded.bounced;
