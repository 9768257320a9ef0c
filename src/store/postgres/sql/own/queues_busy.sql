-- All queues of these providers that have mail: what a node looks at that may have missed a notice.
SELECT q.no, q.provider, q.lane, q.next_due, q.cancelled_at, CASE WHEN q.lane = 1 THEN coalesce(p.at, p.bulk_at) ELSE p.at END
FROM topic_queue q LEFT JOIN topic_paused p ON p.topic = q.topic
WHERE q.provider = ANY ($1::text[]) AND q.busy AND q.cancelled_at IS NULL;
