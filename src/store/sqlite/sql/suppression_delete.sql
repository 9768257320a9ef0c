DELETE FROM suppression WHERE address = ?1 AND scope = ?2;
