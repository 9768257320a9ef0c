SELECT 1 FROM delivery d WHERE d.key BETWEEN ?1 AND ?2 AND d.state IN (0, 1, 2) LIMIT 1;
