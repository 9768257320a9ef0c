SELECT no, at FROM audit WHERE no > $1::bigint ORDER BY no LIMIT $2::bigint;
