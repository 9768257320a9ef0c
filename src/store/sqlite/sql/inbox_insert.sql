INSERT INTO inbox (message_id, ordinal, at, sender, recipients, subject, size, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING no;
