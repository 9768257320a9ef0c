SELECT key FROM address_index WHERE hash = ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3;
