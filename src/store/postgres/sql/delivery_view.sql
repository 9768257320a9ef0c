SELECT key, email, name, state, attempt, feedback, twice, joint, changed_at, next_try, provider_id, reason FROM delivery
WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key LIMIT $3::bigint;
