SELECT due, no FROM entry WHERE queue = $1::bigint AND message = $2::bigint AND attempt = 1;
