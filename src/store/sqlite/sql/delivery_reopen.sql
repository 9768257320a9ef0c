UPDATE delivery SET state = ?3, attempt = max(attempt, 1), changed_at = ?4, next_try = ?5 WHERE key = ?1 AND state = ?2;
