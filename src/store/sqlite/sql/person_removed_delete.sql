DELETE FROM suppression_removed WHERE address = ?1;
