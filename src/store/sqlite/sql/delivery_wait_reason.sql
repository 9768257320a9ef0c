UPDATE delivery SET reason = ?2, next_try = ?3 WHERE key = ?1;
