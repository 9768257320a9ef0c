-- Locks the queue first, as a claim does: what a claim takes is not moved to another time as well.
SELECT e.first, e.count FROM topic_queue q JOIN entry e ON e.queue = q.no
WHERE q.no = $1::bigint AND e.queue = $1::bigint AND e.due = $2::bigint AND e.no = $3::bigint AND e.message = $4::bigint AND e.attempt = 1
FOR UPDATE OF q, e;
