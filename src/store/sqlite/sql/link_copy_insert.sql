INSERT INTO link_copy (link, key, person) VALUES (?1, ?2, ?3) ON CONFLICT (link, key) DO NOTHING;
