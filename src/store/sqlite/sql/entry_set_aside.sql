UPDATE entry SET due = ?4, aside_for = ?5, aside_due = coalesce(aside_due, due) WHERE queue = ?1 AND due = ?2 AND no = ?3;
