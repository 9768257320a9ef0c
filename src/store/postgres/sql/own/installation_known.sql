-- Which server, database and table it is, where that was not noted before.
UPDATE installation SET system_id = coalesce(system_id, $1::bigint), database_oid = coalesce(database_oid, $2::bigint),
    timeline = coalesce(timeline, $3::bigint), table_oid = coalesce(table_oid, tableoid::bigint)
WHERE one = 1;
