SELECT no, provider, waiting FROM topic_queue WHERE topic = ?1 AND cancelled_at IS NULL;
