UPDATE hook_call SET due = ?2, since = ?2, tried = 0 WHERE endpoint = ?1 AND due IS NOT NULL AND taken_by IS NULL;
