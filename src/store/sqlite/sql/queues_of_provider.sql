SELECT q.no, q.lane, q.next_due, CASE WHEN q.lane = 1 THEN coalesce(t.paused_at, t.bulk_paused_at) ELSE t.paused_at END FROM topic_queue q JOIN topic t ON t.no = q.topic
WHERE q.provider = ?1 AND q.cancelled_at IS NULL AND q.next_due IS NOT NULL;
