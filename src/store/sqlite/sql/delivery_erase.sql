UPDATE delivery SET email = ?2, name = NULL, personal = NULL, reason = NULL WHERE key = ?1;
