-- What this node has leased of cancelled queues and messages: it may have missed being told to drop it.
SELECT DISTINCT q.provider, CASE WHEN q.cancelled_at IS NOT NULL THEN l.queue END AS queue,
    CASE WHEN m.cancelled_at IS NOT NULL THEN l.message END AS message
FROM lease l JOIN topic_queue q ON q.no = l.queue JOIN message m ON m.no = l.message
WHERE l.incarnation = $1::bigint AND (q.cancelled_at IS NOT NULL OR m.cancelled_at IS NOT NULL);
