UPDATE entry SET first = first + ?4, count = count - ?4 WHERE queue = ?1 AND due = ?2 AND no = ?3;
