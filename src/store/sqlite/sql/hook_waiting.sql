SELECT count(*) FROM (SELECT 1 FROM hook_call INDEXED BY hook_call_due WHERE endpoint = ?1 AND due IS NOT NULL AND taken_by IS NULL LIMIT ?2);
