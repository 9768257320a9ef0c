INSERT INTO topic_link (topic, hash, url) VALUES (?1, ?2, ?3) ON CONFLICT (topic, hash) DO NOTHING;
