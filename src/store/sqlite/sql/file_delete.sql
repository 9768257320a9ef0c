DELETE FROM file WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM message_file m WHERE m.file = ?1);
