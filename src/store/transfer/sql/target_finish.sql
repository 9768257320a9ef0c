UPDATE installation SET moved_to = NULL, system_id = $3, database_oid = $4, timeline = $5, table_oid = tableoid::bigint
WHERE moved_to = $1 AND id = $2;
