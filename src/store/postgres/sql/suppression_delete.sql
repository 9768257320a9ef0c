DELETE FROM suppression WHERE address = $1::text AND scope = $2::text;
