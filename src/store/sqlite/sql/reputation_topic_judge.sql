UPDATE reputation_topic SET judged_at = ?2, why = ?3 WHERE topic = ?1 AND judged_at IS NULL;
