-- Which server and database it is, where that was not noted before.
UPDATE installation SET system_id = coalesce(system_id, $1::bigint), database_oid = coalesce(database_oid, $2::bigint),
    timeline = coalesce(timeline, $3::bigint)
WHERE one = 1;
