UPDATE delivery SET reason = NULL WHERE key = ?1;
