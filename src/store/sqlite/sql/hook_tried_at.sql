SELECT at + took_ms FROM hook_try WHERE endpoint = ?1 AND event = ?2 AND attempt = ?3;
