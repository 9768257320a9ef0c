UPDATE incarnation SET ended_at = ?2 WHERE no <> ?1 AND ended_at IS NULL AND beat_at < ?2 - ?3;
