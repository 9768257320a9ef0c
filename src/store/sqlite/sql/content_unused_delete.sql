DELETE FROM content WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE content_no = ?1);
