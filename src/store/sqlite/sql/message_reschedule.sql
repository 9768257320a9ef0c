UPDATE message SET due = ?2, scheduled = ?3, lapsed_at = NULL WHERE no = ?1;
