SELECT key, email, name, state, attempt, joint, personal FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key;
