INSERT INTO event_source (name, first_seen_at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING;
