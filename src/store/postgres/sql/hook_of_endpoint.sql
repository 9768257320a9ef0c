SELECT event FROM hook_call WHERE endpoint = $1::bigint ORDER BY event LIMIT $2::bigint;
