SELECT at + took_ms FROM hook_try WHERE endpoint = $1::bigint AND event = $2::bigint AND attempt = $3::bigint;
