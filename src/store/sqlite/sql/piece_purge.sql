DELETE FROM file_piece WHERE upload = ?1 AND start IN (SELECT start FROM file_piece WHERE upload = ?1 ORDER BY start LIMIT ?2);
