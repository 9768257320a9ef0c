SELECT min(q.next_due) FROM topic_queue q JOIN topic t ON t.no = q.topic
WHERE q.lane = ?1 AND q.next_due IS NOT NULL AND q.cancelled_at IS NULL AND t.paused_at IS NULL
    AND (q.lane <> 1 OR t.bulk_paused_at IS NULL);
