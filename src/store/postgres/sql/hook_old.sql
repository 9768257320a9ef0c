SELECT no FROM hook_event WHERE told_at < $1::bigint ORDER BY told_at, no LIMIT $2::bigint;
