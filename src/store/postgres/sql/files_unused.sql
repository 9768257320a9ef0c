-- What somebody is about to use is left. Who else had it before this began is seen by the next statement (sql/file_delete.sql).
SELECT f.no, f.upload, EXISTS (SELECT 1 FROM message_file m WHERE m.file = f.no) FROM file f WHERE f.used_at < $1::bigint ORDER BY f.used_at LIMIT $2::bigint
FOR UPDATE OF f SKIP LOCKED;
