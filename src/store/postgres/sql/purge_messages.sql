DELETE FROM message WHERE no BETWEEN $1::bigint AND $2::bigint;
