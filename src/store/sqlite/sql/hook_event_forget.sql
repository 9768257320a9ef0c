DELETE FROM hook_event WHERE no IN (SELECT value FROM json_each(?1));
