-- An id of the provider that a report told before the answer stays.
UPDATE delivery SET state = ?4, attempt = ?5, twice = ?6, changed_at = ?7, next_try = ?8, provider_id = coalesce(?9, provider_id), reason = ?10
WHERE key = ?1 AND state = ?2 AND attempt = ?3;
