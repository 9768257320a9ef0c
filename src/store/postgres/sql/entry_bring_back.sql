UPDATE entry SET due = aside_due, aside_for = NULL, aside_due = NULL
WHERE queue = $1::bigint AND due = $2::bigint AND no = $3::bigint AND aside_for IS NOT NULL RETURNING due;
