INSERT INTO topic_tracking (name, opens, clicks) VALUES ($1::text, $2::boolean, $3::boolean)
ON CONFLICT (name) DO UPDATE SET opens = excluded.opens, clicks = excluded.clicks;
