SELECT address, cause, at FROM suppression_tell WHERE provider = ?1 ORDER BY address LIMIT ?2;
