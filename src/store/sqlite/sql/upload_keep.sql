UPDATE upload SET touched_at = NULL WHERE no = ?1 AND size = ?2 AND touched_at > 0;
