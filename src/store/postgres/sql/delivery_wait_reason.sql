UPDATE delivery SET reason = $2::text, next_try = $3::bigint WHERE key = $1::bigint;
