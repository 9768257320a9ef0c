SELECT count(*) FROM soft_bounce WHERE address = ?1 AND day >= ?2;
