SELECT q.provider, q.lane, t.name, CASE WHEN q.lane = 1 THEN coalesce(t.paused_at, t.bulk_paused_at) ELSE t.paused_at END, q.waiting FROM topic_queue q JOIN topic t ON t.no = q.topic
WHERE q.cancelled_at IS NULL AND q.waiting > 0 ORDER BY q.provider, q.lane, q.no;
