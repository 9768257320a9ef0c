SELECT q.no, q.provider, q.lane, q.next_due, q.cancelled_at, p.at FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic
WHERE q.no = ANY ($1::bigint[]);
