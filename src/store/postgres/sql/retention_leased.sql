SELECT 1 FROM lease WHERE message BETWEEN $1::bigint AND $2::bigint LIMIT 1;
