SELECT no, removed_at FROM suppression_removed WHERE no > ?1 ORDER BY no LIMIT ?2;
