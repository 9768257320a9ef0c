SELECT address, scope, cause, detail, source, actor, created_at, last_at, times FROM suppression
WHERE (address, scope) > ($1::text, $2::text) AND address < $3::text ORDER BY address, scope LIMIT $4::bigint;
