SELECT no, waiting FROM topic_queue WHERE provider = ?1 AND cancelled_at IS NULL LIMIT ?2;
