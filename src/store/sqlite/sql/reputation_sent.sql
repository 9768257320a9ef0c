SELECT COALESCE(SUM(sent), 0) FROM reputation_slot WHERE kind = ?1 AND name = ?2 AND slot >= ?3;
