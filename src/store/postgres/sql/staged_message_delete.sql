DELETE FROM message WHERE no = $1::bigint AND queue IS NULL;
