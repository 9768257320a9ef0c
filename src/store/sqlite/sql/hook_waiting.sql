SELECT count(*) FROM (SELECT 1 FROM hook_call WHERE endpoint = ?1 AND due IS NOT NULL AND taken_by IS NULL LIMIT ?2);
