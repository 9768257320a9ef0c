SELECT f.no, f.hash, f.size, f.kind, f.created_at, f.used_at, (SELECT count(*) FROM (SELECT 1 FROM message_file m WHERE m.file = f.no LIMIT ?3) AS counted)
FROM file f WHERE f.no < ?1 ORDER BY f.no DESC LIMIT ?2;
