SELECT q.no, q.lane, q.next_due, p.at FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic
WHERE q.provider = $1::text AND q.cancelled_at IS NULL AND q.busy;
