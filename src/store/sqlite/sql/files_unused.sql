SELECT f.no, f.upload, EXISTS (SELECT 1 FROM message_file m WHERE m.file = f.no) FROM file f WHERE f.used_at < ?1 ORDER BY f.used_at LIMIT ?2;
