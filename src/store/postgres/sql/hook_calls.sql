SELECT c.event, c.told_at, e.kind, e.at, c.state, c.attempts, c.due FROM hook_call c JOIN hook_event e ON e.no = c.event
WHERE c.endpoint = $1::bigint AND c.state = $2::bigint AND (c.told_at, c.event) < ($3::bigint, $4::bigint)
ORDER BY c.told_at DESC, c.event DESC LIMIT $5::bigint;
