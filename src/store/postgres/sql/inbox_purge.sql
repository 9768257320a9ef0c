DELETE FROM inbox WHERE no <= $1::bigint AND at <= $2::bigint;
