SELECT no FROM topic_queue WHERE provider = ?1 AND lane = ?2 AND topic = ?3 AND cancelled_at IS NULL ORDER BY no LIMIT 1;
