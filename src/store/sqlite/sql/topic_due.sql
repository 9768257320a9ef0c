SELECT q.provider, q.lane, sum(q.waiting), min((SELECT e.due FROM entry e WHERE e.queue = q.no ORDER BY e.due LIMIT 1)),
    max((SELECT e.due FROM entry e WHERE e.queue = q.no ORDER BY e.due DESC LIMIT 1))
FROM topic_queue q WHERE q.topic = ?1 AND q.cancelled_at IS NULL AND q.waiting > 0 GROUP BY q.provider, q.lane ORDER BY q.provider, q.lane;
