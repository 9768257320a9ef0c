UPDATE entry SET due = aside_due, aside_for = NULL, aside_due = NULL
WHERE queue = ?1 AND due = ?2 AND no = ?3 AND aside_for IS NOT NULL RETURNING due;
