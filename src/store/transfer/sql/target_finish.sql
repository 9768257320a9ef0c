UPDATE installation SET moved_to = NULL, system_id = $2, database_oid = $3, timeline = $4 WHERE moved_to = $1;
