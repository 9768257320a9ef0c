UPDATE topic_queue SET swept_at = ?2 WHERE no = ?1;
