SELECT attempt, at, outcome, provider_id, reason FROM attempt WHERE key = $1::bigint ORDER BY attempt, at NULLS FIRST, outcome;
