DELETE FROM soft_bounce WHERE address = ?1 AND last_at <= ?2;
