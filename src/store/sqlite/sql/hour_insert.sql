INSERT INTO message_hour (no, hour) VALUES (?1, ?2) ON CONFLICT DO NOTHING;
