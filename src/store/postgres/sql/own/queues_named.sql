SELECT q.no, q.provider, q.lane, q.next_due, q.cancelled_at, t.paused_at FROM topic_queue q JOIN topic t ON t.no = q.topic
WHERE q.no = ANY ($1::bigint[]);
