SELECT no, topic FROM topic_queue WHERE cancelled_at IS NOT NULL AND swept_at IS NULL LIMIT 1;
