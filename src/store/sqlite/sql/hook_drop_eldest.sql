UPDATE hook_call SET state = 3, due = NULL
WHERE endpoint = ?1 AND event IN (
    SELECT event FROM hook_call INDEXED BY hook_call_due WHERE endpoint = ?1 AND due IS NOT NULL AND taken_by IS NULL ORDER BY due LIMIT ?2);
