SELECT q.provider, q.lane, q.topic, q.cancelled_at, p.at, q.next_due
FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic WHERE q.no = $1::bigint;
