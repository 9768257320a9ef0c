UPDATE message SET cancelled_at = ?2 WHERE no = ?1 AND cancelled_at IS NULL;
