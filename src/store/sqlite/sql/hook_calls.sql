SELECT c.event, c.told_at, e.kind, e.at, c.state, c.attempts, c.due
FROM hook_call c INDEXED BY hook_call_log CROSS JOIN hook_event e ON e.no = c.event
WHERE c.endpoint = ?1 AND c.state = ?2 AND (c.told_at, c.event) < (?3, ?4) ORDER BY c.told_at DESC, c.event DESC LIMIT ?5;
