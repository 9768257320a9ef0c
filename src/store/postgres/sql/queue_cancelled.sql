SELECT cancelled_at FROM topic_queue WHERE no = $1::bigint;
