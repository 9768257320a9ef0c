-- From the earlier of its due time and that of what this transaction put into it ($3) on: as in entry_due, entries that are gone are not
-- passed over.
-- After own/queues_lock.sql in the same transaction: waiting for the row inside this statement would find the entries as they were
-- before the wait, and a queue could sleep past an entry of another node.
-- Where the number is positive and the queue comes back cancelled, another node retired it meanwhile: the turn is run again.
UPDATE topic_queue SET waiting = waiting + $2::bigint,
    next_due = CASE WHEN cancelled_at IS NULL THEN (SELECT due FROM entry WHERE queue = $1::bigint AND due >= least(topic_queue.next_due, $3::bigint) ORDER BY due, no LIMIT 1) END
WHERE no = $1::bigint
RETURNING provider, lane, next_due, cancelled_at, (SELECT CASE WHEN topic_queue.lane = 1 THEN coalesce(p.at, p.bulk_at) ELSE p.at END FROM topic_paused p WHERE p.topic = topic_queue.topic);
