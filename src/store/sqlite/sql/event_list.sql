SELECT recipient, kind, at, detail FROM event WHERE key = ?1 ORDER BY no;
