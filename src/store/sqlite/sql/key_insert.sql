INSERT INTO api_key (name, prefix, hash, created_at) VALUES (?1, ?2, ?3, ?4);
