SELECT 1 FROM suppression_removed WHERE address = ?1 AND removed_at >= ?2;
