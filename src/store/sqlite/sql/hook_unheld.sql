UPDATE hook_call SET taken_by = NULL WHERE endpoint = ?1 AND event IN (SELECT value FROM json_each(?2)) AND taken_by = ?3;
