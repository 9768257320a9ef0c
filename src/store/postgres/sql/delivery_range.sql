SELECT key, email, name, state, attempt, joint, feedback, next_try, provider_id FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key;
