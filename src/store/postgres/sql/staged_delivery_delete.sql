DELETE FROM delivery WHERE key = ANY (ARRAY (SELECT key FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint LIMIT $3::bigint));
