SELECT c.event, e.told_at, e.kind, e.at, c.state, c.attempts, c.due FROM hook_call c JOIN hook_event e ON e.no = c.event
WHERE c.endpoint = $1::bigint AND c.event < $2::bigint AND ($3::bigint IS NULL OR c.state = $3::bigint) ORDER BY c.event DESC LIMIT $4::bigint;
