SELECT event FROM hook_call WHERE endpoint = ?1 ORDER BY event LIMIT ?2;
