INSERT INTO entry (queue, due, no, message, first, count, attempt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
