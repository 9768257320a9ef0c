-- From the queue's earliest due time on: entries claimed before, which vacuum cannot remove while some reader holds an old snapshot, are
-- not passed over each time. The caller has locked the queue (own/queues_lock.sql).
SELECT due, no, message, first, count, attempt FROM entry
WHERE queue = $1::bigint AND due >= (SELECT next_due FROM topic_queue WHERE topic_queue.no = $1::bigint) AND due <= $2::bigint
ORDER BY due, no LIMIT 1;
