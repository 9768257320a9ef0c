SELECT recipient, kind, at, detail, source FROM event WHERE key = ?1 ORDER BY no;
