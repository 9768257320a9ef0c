SELECT key, email, state, joint IS NOT NULL, feedback FROM delivery WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT ?3;
