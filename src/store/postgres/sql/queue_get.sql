SELECT q.provider, q.lane, q.topic, q.cancelled_at, t.paused_at, q.next_due
FROM topic_queue q JOIN topic t ON t.no = q.topic WHERE q.no = $1::bigint;
