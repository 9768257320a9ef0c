SELECT e.no, e.told_at FROM hook_event e JOIN hook_call c ON c.endpoint = $1::bigint AND c.event = e.no
WHERE (e.told_at, e.no) > ($2::bigint, $3::bigint) AND e.told_at < $4::bigint AND (NOT $5::boolean OR c.state IN (2, 3)) ORDER BY e.told_at, e.no LIMIT $6::bigint;
