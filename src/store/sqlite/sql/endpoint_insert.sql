INSERT INTO endpoint (body, sealed, from_config, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?4) RETURNING no;
