UPDATE topic_queue SET provider = ?3 WHERE no = ?1 AND provider = ?2 AND cancelled_at IS NULL;
