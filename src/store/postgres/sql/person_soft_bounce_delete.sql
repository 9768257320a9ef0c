DELETE FROM soft_bounce WHERE address = $1::text;
