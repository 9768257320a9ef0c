SELECT e.no, e.told_at FROM hook_event e JOIN hook_call c ON c.endpoint = ?1 AND c.event = e.no
WHERE (e.told_at, e.no) > (?2, ?3) AND e.told_at < ?4 AND (NOT ?5 OR c.state IN (2, 3)) ORDER BY e.told_at, e.no LIMIT ?6;
