DELETE FROM retention_later WHERE kind = ?1 AND since = ?2 AND message = ?3;
