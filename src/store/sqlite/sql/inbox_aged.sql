SELECT no, at FROM inbox WHERE no > ?1 ORDER BY no LIMIT ?2;
