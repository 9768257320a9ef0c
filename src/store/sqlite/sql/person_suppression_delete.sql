DELETE FROM suppression WHERE address = ?1;
