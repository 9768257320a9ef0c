DELETE FROM inbox WHERE no = $1::bigint;
