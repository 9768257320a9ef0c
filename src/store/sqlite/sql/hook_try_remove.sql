DELETE FROM hook_try WHERE endpoint = ?1 AND event IN (SELECT value FROM json_each(?2));
