SELECT recipient, kind, at, detail FROM event WHERE key = $1::bigint ORDER BY no;
