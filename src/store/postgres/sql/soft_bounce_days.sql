SELECT count(*) FROM soft_bounce WHERE address = $1::text AND day >= $2::bigint;
