SELECT due, no FROM entry WHERE queue = ?1 AND message = ?2 AND attempt = 1;
