INSERT INTO reputation_topic (topic, bounced) VALUES ($1::bigint, $2::bigint)
ON CONFLICT (topic) DO UPDATE SET bounced = reputation_topic.bounced + excluded.bounced;
