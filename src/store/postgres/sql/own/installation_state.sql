-- `tableoid` is the number of the table as it is now, `table_oid` the one it had when the row was written.
SELECT system_id, database_oid, timeline, held_since, held_why, bulk_held_since, bulk_held_why, moved_to, table_oid, tableoid::bigint
FROM installation WHERE one = 1;
