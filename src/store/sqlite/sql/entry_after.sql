-- As entry_due, behind an entry.
SELECT due, no, message, first, count, attempt FROM entry WHERE queue = ?1 AND (due, no) > (?3, ?4) AND due <= ?2 ORDER BY due, no LIMIT 1;
