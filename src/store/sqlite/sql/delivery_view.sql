SELECT key, email, name, state, attempt, feedback, twice, joint, changed_at, next_try, provider_id, reason FROM delivery
WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT ?3;
