SELECT address, scope, cause, detail, source, actor, created_at, last_at, times FROM suppression
WHERE split_part(address, '@', 2) = $1::text AND (address, scope) > ($2::text, $3::text) ORDER BY address, scope LIMIT $4::bigint;
