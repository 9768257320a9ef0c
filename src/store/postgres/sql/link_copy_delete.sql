DELETE FROM link_copy WHERE key BETWEEN $1::bigint AND $2::bigint;
