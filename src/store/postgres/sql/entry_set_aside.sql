UPDATE entry SET due = $4::bigint, aside_for = $5::text, aside_due = coalesce(aside_due, due)
WHERE queue = $1::bigint AND due = $2::bigint AND no = $3::bigint;
