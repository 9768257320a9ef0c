INSERT INTO resent (key, again, times) VALUES (?1, ?2, ?3);
