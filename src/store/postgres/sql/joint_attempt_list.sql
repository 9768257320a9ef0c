SELECT a.attempt, a.at, a.outcome, a.provider_id, a.reason, j.email FROM joint_attempt a
JOIN joint_recipient j ON j.key = a.key AND j.position = a.position WHERE a.key = $1::bigint ORDER BY a.attempt, a.at NULLS FIRST, a.position, a.outcome;
