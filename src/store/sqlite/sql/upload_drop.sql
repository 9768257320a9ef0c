UPDATE upload SET touched_at = 0 WHERE no = ?1;
