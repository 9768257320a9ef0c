UPDATE delivery SET email = ?2, name = NULL, personal = NULL, reason = ?3 WHERE key = ?1;
