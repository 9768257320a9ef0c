INSERT INTO hook_event (no, kind, at, told_at, key, position, recipient, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
