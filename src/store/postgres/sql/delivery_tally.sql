SELECT key, state, attempt, feedback, joint FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key;
