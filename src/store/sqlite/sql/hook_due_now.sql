UPDATE hook_call SET due = ?3, since = ?3, tried = 0
WHERE endpoint = ?1 AND event IN (SELECT value FROM json_each(?2)) AND due IS NOT NULL AND taken_by IS NULL;
