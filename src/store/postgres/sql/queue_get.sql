SELECT q.provider, q.lane, q.topic, q.cancelled_at, CASE WHEN q.lane = 1 THEN coalesce(p.at, p.bulk_at) ELSE p.at END, q.next_due
FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic WHERE q.no = $1::bigint;
