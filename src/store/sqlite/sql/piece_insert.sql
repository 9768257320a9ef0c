INSERT INTO file_piece (upload, start, bytes) VALUES (?1, ?2, ?3);
