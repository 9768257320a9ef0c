UPDATE installation SET moved_to = ?1 WHERE moved_to IS NULL;
