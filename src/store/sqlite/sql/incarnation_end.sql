UPDATE incarnation SET ended_at = ?2, beat_at = ?2 WHERE no = ?1;
