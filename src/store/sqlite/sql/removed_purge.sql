DELETE FROM suppression_removed WHERE no <= ?1 AND removed_at <= ?2;
