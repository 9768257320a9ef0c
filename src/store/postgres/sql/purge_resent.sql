DELETE FROM resent WHERE key BETWEEN $1::bigint AND $2::bigint;
