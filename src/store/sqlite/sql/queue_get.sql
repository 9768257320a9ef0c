SELECT q.provider, q.lane, q.topic, q.cancelled_at, CASE WHEN q.lane = 1 THEN coalesce(t.paused_at, t.bulk_paused_at) ELSE t.paused_at END, q.next_due
FROM topic_queue q JOIN topic t ON t.no = q.topic WHERE q.no = ?1;
