INSERT INTO message_file (message, file) VALUES (?1, ?2);
