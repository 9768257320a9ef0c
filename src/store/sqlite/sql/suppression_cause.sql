SELECT cause FROM suppression WHERE address = ?1;
