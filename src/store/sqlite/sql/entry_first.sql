SELECT due, no, message, first, count, attempt FROM entry WHERE queue = ?1 ORDER BY due, no LIMIT 1;
