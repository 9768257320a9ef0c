INSERT INTO topic_tracking (name, opens, clicks) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET opens = excluded.opens, clicks = excluded.clicks;
