SELECT address, scope, cause, detail, source, actor, created_at, last_at, times FROM suppression
WHERE substr(address, instr(address, '@') + 1) = ?1 AND (address, scope) > (?2, ?3) ORDER BY address, scope LIMIT ?4;
