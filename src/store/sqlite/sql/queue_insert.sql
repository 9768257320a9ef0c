INSERT INTO topic_queue (provider, lane, topic) VALUES (?1, ?2, ?3) RETURNING no;
