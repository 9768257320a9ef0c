UPDATE delivery SET state = ?4, attempt = ?5, twice = ?6, changed_at = ?7, next_try = ?8, provider_id = ?9, reason = ?10
WHERE key = ?1 AND state = ?2 AND attempt = ?3;
