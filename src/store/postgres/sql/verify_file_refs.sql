SELECT m.message, m.file FROM message_file m WHERE NOT EXISTS (SELECT 1 FROM file f WHERE f.no = m.file) ORDER BY m.message LIMIT $1::bigint;
