SELECT no FROM upload WHERE touched_at < ?1 ORDER BY touched_at LIMIT 1;
