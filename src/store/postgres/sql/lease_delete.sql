DELETE FROM lease WHERE no = $1::bigint;
