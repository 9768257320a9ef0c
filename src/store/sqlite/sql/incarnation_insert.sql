INSERT INTO incarnation (started_at, beat_at, name, version) VALUES (?1, ?1, ?2, ?3) RETURNING no;
