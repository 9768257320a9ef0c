SELECT coalesce(sum(waiting), 0)::bigint FROM topic_queue WHERE topic = $1::bigint AND cancelled_at IS NULL;
