SELECT no, at FROM audit WHERE no > ?1 ORDER BY no LIMIT ?2;
