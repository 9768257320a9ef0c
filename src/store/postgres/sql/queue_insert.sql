INSERT INTO topic_queue (provider, lane, topic) VALUES ($1::text, $2::bigint, $3::bigint) RETURNING no;
