SELECT no FROM message WHERE id = $1::bytea AND queue IS NOT NULL;
