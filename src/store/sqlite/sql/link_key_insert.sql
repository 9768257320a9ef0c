INSERT INTO link_key (no, salt, proof, since, created_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (no) DO NOTHING;
