INSERT INTO content (hash, body) VALUES (?1, ?2) RETURNING no;
