-- What others may have changed of a message this node has in memory. Read by a claim once it holds its queues.
SELECT m.queue, m.due, m.scheduled, m.cancelled_at IS NOT NULL, m.lapsed_at IS NOT NULL, q.provider
FROM message m JOIN topic_queue q ON q.no = m.queue WHERE m.no = $1::bigint;
