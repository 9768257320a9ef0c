INSERT INTO incarnation (started_at, beat_at) VALUES (?1, ?1) RETURNING no;
