UPDATE reputation_topic SET why = NULL WHERE topic = ?1 AND why IS NOT NULL;
