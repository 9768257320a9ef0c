SELECT 1 FROM message WHERE no > $1::bigint LIMIT 1;
