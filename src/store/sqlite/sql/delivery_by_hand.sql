UPDATE delivery SET state = ?3, changed_at = ?4, next_try = NULL, reason = ?5 WHERE key = ?1 AND state = ?2;
