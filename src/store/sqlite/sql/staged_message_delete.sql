DELETE FROM message WHERE no = ?1 AND queue IS NULL;
