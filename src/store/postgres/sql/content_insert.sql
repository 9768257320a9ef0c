INSERT INTO content (hash, body) VALUES ($1::bytea, $2::bytea) RETURNING no;
