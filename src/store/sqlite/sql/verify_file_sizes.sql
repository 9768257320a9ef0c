SELECT f.hash, f.size, coalesce(sum(length(p.bytes)), 0) FROM file f LEFT JOIN file_piece p ON p.upload = f.upload
GROUP BY f.no HAVING coalesce(sum(length(p.bytes)), 0) <> f.size LIMIT ?1;
