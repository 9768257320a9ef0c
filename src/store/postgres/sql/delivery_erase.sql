UPDATE delivery SET email = $2::text, name = NULL, personal = NULL, reason = $3::text WHERE key = $1::bigint;
