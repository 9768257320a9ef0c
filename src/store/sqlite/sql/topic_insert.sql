INSERT INTO topic (name, created_at) VALUES (?1, ?2);
