SELECT f.no, f.hash, f.size, f.kind, f.created_at, f.used_at, (SELECT count(*) FROM (SELECT 1 FROM message_file m WHERE m.file = f.no LIMIT $2::bigint) AS counted)
FROM file f WHERE f.hash = $1::bytea;
