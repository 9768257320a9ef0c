INSERT INTO event_source (name, first_seen_at) VALUES ($1::text, $2::bigint) ON CONFLICT (name) DO NOTHING;
