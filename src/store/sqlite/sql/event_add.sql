INSERT INTO event (key, recipient, kind, at, detail, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
