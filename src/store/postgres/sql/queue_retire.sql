UPDATE topic_queue SET cancelled_at = $2::bigint, waiting = 0, next_due = NULL WHERE no = $1::bigint AND cancelled_at IS NULL;
