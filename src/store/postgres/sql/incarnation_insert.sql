-- Beats are compared between nodes, so they are the database's time; $1 is when the node says it started.
INSERT INTO incarnation (started_at, beat_at, name, version) VALUES ($1::bigint, jebi_now(), $2::text, $3::text) RETURNING no;
