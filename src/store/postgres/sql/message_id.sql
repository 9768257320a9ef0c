SELECT id FROM message WHERE no = $1::bigint;
