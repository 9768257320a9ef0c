INSERT INTO event_unmatched (hash, provider_id, reports, at, due, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING no;
