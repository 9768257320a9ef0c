UPDATE hook_call SET state = 3, due = NULL
WHERE endpoint = ?1 AND event IN (SELECT value FROM json_each(?2)) AND due IS NOT NULL AND taken_by IS NULL;
