-- As entry_due, from a due time on.
SELECT due, no, message, first, count, attempt FROM entry
WHERE queue = $1::bigint AND due >= $3::bigint AND due <= $2::bigint ORDER BY due, no LIMIT 1;
