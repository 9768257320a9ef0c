SELECT coalesce(sum(waiting), 0) FROM topic_queue WHERE topic = ?1 AND cancelled_at IS NULL;
