SELECT no FROM topic_queue WHERE cancelled_at IS NULL AND next_due IS NOT NULL;
