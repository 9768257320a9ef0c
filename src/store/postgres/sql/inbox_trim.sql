DELETE FROM inbox WHERE no <= (SELECT max(no) FROM inbox) - $1::bigint;
