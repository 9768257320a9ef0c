SELECT recipient, kind, at, detail, source FROM event WHERE key = $1::bigint ORDER BY no;
