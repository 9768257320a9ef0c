SELECT 1 FROM delivery d WHERE d.key BETWEEN $1::bigint AND $2::bigint AND d.state IN (0, 1, 2) LIMIT 1;
