UPDATE attempt SET reason = NULL WHERE key = $1::bigint;
