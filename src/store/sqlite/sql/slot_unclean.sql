UPDATE provider SET last_slot = ?1 WHERE last_slot IS NOT NULL;
