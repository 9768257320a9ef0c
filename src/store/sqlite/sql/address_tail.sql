SELECT key FROM delivery WHERE key > ?1 AND key < ?2 AND lower(email) = ?3 ORDER BY key DESC LIMIT ?4;
