SELECT start, bytes FROM file_piece WHERE upload = $1::bigint AND start >= $2::bigint AND start < $3::bigint ORDER BY start;
