DELETE FROM hook_call WHERE endpoint IN (SELECT no FROM endpoint) AND event IN (SELECT value FROM json_each(?1));
