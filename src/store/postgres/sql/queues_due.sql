SELECT no FROM topic_queue WHERE cancelled_at IS NULL AND busy;
