UPDATE topic_queue SET waiting = waiting + ?2,
    next_due = CASE WHEN cancelled_at IS NULL THEN (SELECT due FROM entry WHERE queue = ?1 AND due >= min(coalesce(topic_queue.next_due, ?3), ?3) ORDER BY due, no LIMIT 1) END
WHERE no = ?1
RETURNING provider, lane, next_due, cancelled_at, (SELECT CASE WHEN topic_queue.lane = 1 THEN coalesce(t.paused_at, t.bulk_paused_at) ELSE t.paused_at END FROM topic t WHERE t.no = topic_queue.topic);
