UPDATE message SET queue = ?2, staged_by = NULL WHERE no = ?1 AND queue IS NULL;
