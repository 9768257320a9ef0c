SELECT count(*) FROM (SELECT 1 FROM event WHERE key = ?1 AND kind & ?2 <> 0 LIMIT ?3);
