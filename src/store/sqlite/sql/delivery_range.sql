SELECT key, email, name, state, attempt, joint, feedback FROM delivery WHERE key BETWEEN ?1 AND ?2;
