UPDATE delivery SET email = $2::text, name = NULL, personal = NULL, reason = NULL WHERE key = $1::bigint;
