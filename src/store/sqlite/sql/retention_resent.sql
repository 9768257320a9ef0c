SELECT 1 FROM resent r JOIN delivery d ON d.key = r.key WHERE r.again BETWEEN ?1 AND ?2 LIMIT 1;
