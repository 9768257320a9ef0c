INSERT INTO topic (name, created_at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING RETURNING no;
