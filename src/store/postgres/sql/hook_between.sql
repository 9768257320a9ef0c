SELECT event, told_at FROM hook_call
WHERE endpoint = $1::bigint AND state = $2::bigint AND (told_at, event) > ($3::bigint, $4::bigint) AND told_at < $5::bigint
ORDER BY told_at, event LIMIT $6::bigint;
