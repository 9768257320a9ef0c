SELECT no, at FROM inbox WHERE no > $1::bigint ORDER BY no LIMIT $2::bigint;
