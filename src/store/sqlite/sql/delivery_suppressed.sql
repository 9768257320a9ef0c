UPDATE delivery SET reason = ?2 WHERE key = ?1;
