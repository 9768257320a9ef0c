INSERT INTO upload (size, touched_at) VALUES (0, ?1) RETURNING no;
