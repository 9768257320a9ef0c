DELETE FROM suppression_tell WHERE address = ?1;
