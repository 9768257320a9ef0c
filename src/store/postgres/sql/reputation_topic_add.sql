INSERT INTO reputation_topic (topic, bounced, bounced_at) VALUES ($1::bigint, $2::bigint, $3::bigint)
ON CONFLICT (topic) DO UPDATE SET bounced = reputation_topic.bounced + excluded.bounced, bounced_at = excluded.bounced_at;
