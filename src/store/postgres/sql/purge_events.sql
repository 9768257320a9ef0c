DELETE FROM event WHERE (key, no) IN (SELECT key, no FROM event WHERE key BETWEEN $1::bigint AND $2::bigint LIMIT $3::bigint);
