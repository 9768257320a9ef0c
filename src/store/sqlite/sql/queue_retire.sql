UPDATE topic_queue SET cancelled_at = ?2, waiting = 0, next_due = NULL WHERE no = ?1 AND cancelled_at IS NULL;
