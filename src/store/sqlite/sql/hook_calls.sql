SELECT c.event, e.told_at, e.kind, e.at, c.state, c.attempts, c.due FROM hook_call c JOIN hook_event e ON e.no = c.event
WHERE c.endpoint = ?1 AND c.event < ?2 AND (?3 IS NULL OR c.state = ?3) ORDER BY c.event DESC LIMIT ?4;
