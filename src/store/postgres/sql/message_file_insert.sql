INSERT INTO message_file (message, file) VALUES ($1::bigint, $2::bigint);
