UPDATE delivery SET state = 3, attempt = ?2, provider_id = ?3, changed_at = ?4, next_try = NULL, reason = NULL
WHERE key = ?1 AND state = 0 AND attempt = 0 AND ?2 = 1 AND joint IS NULL;
