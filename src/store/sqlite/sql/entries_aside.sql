SELECT queue, due, no FROM entry WHERE aside_for = ?1 ORDER BY aside_due, no LIMIT ?2;
