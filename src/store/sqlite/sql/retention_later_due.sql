SELECT since, message FROM retention_later WHERE kind = ?1 AND since <= ?2 ORDER BY since, message LIMIT ?3;
