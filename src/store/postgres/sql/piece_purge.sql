DELETE FROM file_piece WHERE upload = $1::bigint AND start = ANY (ARRAY (SELECT start FROM file_piece WHERE upload = $1::bigint ORDER BY start LIMIT $2::bigint));
