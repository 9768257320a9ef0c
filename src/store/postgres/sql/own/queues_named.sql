SELECT q.no, q.provider, q.lane, q.next_due, q.cancelled_at, CASE WHEN q.lane = 1 THEN coalesce(p.at, p.bulk_at) ELSE p.at END
FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic
WHERE q.no = ANY ($1::bigint[]);
