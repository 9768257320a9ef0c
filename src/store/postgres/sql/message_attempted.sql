SELECT 1 FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint AND attempt > 0 LIMIT 1;
