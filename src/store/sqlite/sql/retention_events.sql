SELECT count(*) FROM event WHERE key BETWEEN ?1 AND ?2;
