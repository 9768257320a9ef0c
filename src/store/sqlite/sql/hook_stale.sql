-- A call is never due first before its event was written down, so none that waits for too long has another place in the log.
SELECT event FROM hook_call INDEXED BY hook_call_log
WHERE endpoint = ?1 AND state = 0 AND told_at < ?2 AND since < ?2 AND taken_by IS NULL ORDER BY told_at, event LIMIT ?3;
