SELECT e.queue, e.due, e.no, e.message, e.first, e.count, e.attempt FROM entry e JOIN topic_queue q ON q.no = e.queue
WHERE q.cancelled_at IS NULL AND e.message <= $2::bigint AND (coalesce(e.aside_due, e.due) <= $1::bigint OR (e.attempt > 1 AND EXISTS (SELECT 1 FROM delivery d
    WHERE d.key BETWEEN (e.message << 24) + e.first AND (e.message << 24) + e.first + e.count - 1 AND d.state = 2 AND d.attempt + 1 = e.attempt)))
LIMIT 200;
