SELECT message, first, count, attempt FROM entry WHERE queue = $1::bigint;
