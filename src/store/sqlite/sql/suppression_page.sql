SELECT address, scope, cause, detail, source, actor, created_at, last_at, times FROM suppression
WHERE (address, scope) > (?1, ?2) AND address < ?3 ORDER BY address, scope LIMIT ?4;
