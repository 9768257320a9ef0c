SELECT d.key, d.email, d.joint FROM delivery d WHERE d.key > ?1 AND d.key < ?3 ORDER BY d.key LIMIT ?2;
