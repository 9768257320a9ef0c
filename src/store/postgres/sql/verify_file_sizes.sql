SELECT f.hash, f.size, coalesce(sum(octet_length(p.bytes)), 0)::bigint FROM file f LEFT JOIN file_piece p ON p.upload = f.upload
GROUP BY f.no, f.hash, f.size HAVING coalesce(sum(octet_length(p.bytes)), 0) <> f.size LIMIT $1::bigint;
