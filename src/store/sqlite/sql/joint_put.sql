UPDATE joint_recipient SET state = ?4, attempt = ?5, twice = ?6, out = ?7, changed_at = ?8, provider_id = ?9, reason = ?10
WHERE key = ?1 AND position = ?2 AND state = ?3;
