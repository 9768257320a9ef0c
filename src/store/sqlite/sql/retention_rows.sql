SELECT count(*) FROM delivery WHERE key BETWEEN ?1 AND ?2;
