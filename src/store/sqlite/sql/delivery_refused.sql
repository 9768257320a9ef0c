UPDATE delivery SET state = ?3, changed_at = ?4, reason = ?5, next_try = NULL WHERE key = ?1 AND state = ?2;
