UPDATE incarnation SET beat_at = ?2 WHERE no = ?1 AND ended_at IS NULL;
