SELECT q.no, q.lane, q.next_due, t.paused_at FROM topic_queue q JOIN topic t ON t.no = q.topic
WHERE q.provider = $1::text AND q.cancelled_at IS NULL AND q.busy;
