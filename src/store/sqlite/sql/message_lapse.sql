UPDATE message SET lapsed_at = ?2 WHERE no = ?1;
