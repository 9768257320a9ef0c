SELECT first, count FROM entry WHERE queue = ?1 AND due = ?2 AND no = ?3 AND message = ?4 AND attempt = 1;
