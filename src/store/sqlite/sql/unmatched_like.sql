SELECT 1 FROM event_unmatched WHERE hash = ?1 AND reports = ?2;
