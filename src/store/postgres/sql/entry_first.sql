-- As in entry_due; a retired queue has no due time, and is read from its beginning.
SELECT due, no, message, first, count, attempt FROM entry
WHERE queue = $1::bigint AND due >= coalesce((SELECT next_due FROM topic_queue WHERE topic_queue.no = $1::bigint), -9223372036854775808)
ORDER BY due, no LIMIT 1;
