INSERT INTO reputation_mark (kind, name, mark) VALUES (?1, ?2, ?3) ON CONFLICT (kind, name) DO NOTHING;
