SELECT 1 FROM delivery WHERE key BETWEEN ?1 AND ?2 AND attempt > 0 LIMIT 1;
