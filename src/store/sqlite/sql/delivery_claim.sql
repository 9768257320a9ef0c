SELECT key, email, name, state, attempt, joint, personal FROM delivery WHERE key BETWEEN ?1 AND ?2;
