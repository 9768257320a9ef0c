SELECT key, email, state, joint IS NOT NULL, feedback FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key LIMIT
    $3::bigint;
