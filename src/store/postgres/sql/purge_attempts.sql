DELETE FROM attempt WHERE key BETWEEN $1::bigint AND $2::bigint;
