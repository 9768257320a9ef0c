UPDATE hook_call SET state = 0, due = ?3, since = ?3, tried = 0
WHERE endpoint = ?1 AND event IN (SELECT value FROM json_each(?2)) AND taken_by IS NULL;
