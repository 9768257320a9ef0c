SELECT state, attempt, feedback, twice, joint, changed_at, next_try, provider_id, reason, email FROM delivery WHERE key = ?1;
