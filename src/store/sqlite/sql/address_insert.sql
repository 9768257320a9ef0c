INSERT INTO address_index (hash, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING;
