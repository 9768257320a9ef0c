INSERT INTO message_file (message, file) SELECT ?1, file FROM message_file WHERE message = ?2;
