SELECT message, first, count FROM entry WHERE queue = ?1;
