UPDATE message SET queue = ?2 WHERE no = ?1 AND queue IS NULL;
