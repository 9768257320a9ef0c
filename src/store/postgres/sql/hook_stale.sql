-- A call is never due first before its event was written down, so none that waits for too long has another place in the log.
SELECT event FROM hook_call
WHERE endpoint = $1::bigint AND state = 0 AND told_at < $2::bigint AND since < $2::bigint AND taken_by IS NULL ORDER BY told_at, event LIMIT $3::bigint;
