SELECT count(*) FROM event WHERE key BETWEEN $1::bigint AND $2::bigint;
