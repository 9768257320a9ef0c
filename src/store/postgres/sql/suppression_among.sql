SELECT address, scope, cause, detail, source, actor, created_at, last_at, times FROM suppression
WHERE address IN (SELECT json_array_elements_text(($1::text)::json)) ORDER BY address, scope;
