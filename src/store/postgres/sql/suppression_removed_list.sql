SELECT address, scope, cause, detail, source, actor, created_at, last_at, times, no, removed_at, removed_by, reason FROM suppression_removed
WHERE address = $1::text ORDER BY no DESC LIMIT $2::bigint;
