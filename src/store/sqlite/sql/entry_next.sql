-- As entry_due, from a due time on.
SELECT due, no, message, first, count, attempt FROM entry WHERE queue = ?1 AND due >= ?3 AND due <= ?2 ORDER BY due, no LIMIT 1;
