DELETE FROM upload WHERE no = ?1 AND touched_at = 0;
