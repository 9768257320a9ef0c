INSERT INTO topic_link (topic, hash, url) VALUES ($1::bigint, $2::bytea, $3::text) ON CONFLICT (topic, hash) DO NOTHING;
