DELETE FROM entry WHERE queue = ?1 AND due = ?2 AND no = ?3;
