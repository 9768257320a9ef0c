SELECT address, scope, cause, detail, source, actor, created_at, last_at, times FROM suppression
WHERE address IN (SELECT value FROM json_each(?1)) ORDER BY address, scope;
