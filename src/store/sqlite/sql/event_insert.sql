INSERT INTO event (key, recipient, kind, at, detail) VALUES (?1, ?2, ?3, ?4, ?5);
