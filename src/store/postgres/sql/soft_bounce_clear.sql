DELETE FROM soft_bounce WHERE address = $1::text AND last_at <= $2::bigint;
