SELECT start, bytes FROM file_piece WHERE upload = ?1 AND start >= ?2 AND start < ?3 ORDER BY start;
