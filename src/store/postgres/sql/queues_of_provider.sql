SELECT q.no, q.lane, q.next_due, CASE WHEN q.lane = 1 THEN coalesce(p.at, p.bulk_at) ELSE p.at END FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic
WHERE q.provider = $1::text AND q.cancelled_at IS NULL AND q.busy;
