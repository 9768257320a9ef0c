SELECT q.provider, q.lane, t.name, t.paused_at, q.waiting FROM topic_queue q JOIN topic t ON t.no = q.topic
WHERE q.cancelled_at IS NULL AND q.waiting > 0 ORDER BY q.provider, q.lane, q.no;
