UPDATE consent SET confirm_at = ?3 WHERE no = ?1 AND confirm_at = ?2 AND ended_at IS NULL;
