-- As entry_due, behind an entry.
SELECT due, no, message, first, count, attempt FROM entry
WHERE queue = $1::bigint AND (due, no) > ($3::bigint, $4::bigint) AND due <= $2::bigint ORDER BY due, no LIMIT 1;
