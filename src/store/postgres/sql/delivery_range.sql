SELECT key, email, name, state, attempt, joint, feedback, next_try FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key;
