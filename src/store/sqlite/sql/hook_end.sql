UPDATE hook_call SET state = ?4, due = ?5, tried = tried + ?6, attempts = attempts + ?6, taken_by = NULL WHERE endpoint = ?1 AND event = ?2 AND taken_by = ?3;
