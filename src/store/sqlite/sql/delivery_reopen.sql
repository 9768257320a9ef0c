UPDATE delivery SET state = ?3, attempt = max(attempt, 1), next_try = ?4 WHERE key = ?1 AND state = ?2;
