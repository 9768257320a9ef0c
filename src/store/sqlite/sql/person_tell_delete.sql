DELETE FROM suppression_tell WHERE provider = ?1 AND address = ?2;
