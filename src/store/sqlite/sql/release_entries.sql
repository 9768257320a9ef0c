SELECT queue, due, no, message, first, count, attempt FROM entry WHERE due <= ?1 AND message <= ?2 LIMIT 1;
