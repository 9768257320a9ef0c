SELECT event, told_at FROM hook_call INDEXED BY hook_call_log
WHERE endpoint = ?1 AND state = ?2 AND (told_at, event) > (?3, ?4) AND told_at < ?5 ORDER BY told_at, event LIMIT ?6;
