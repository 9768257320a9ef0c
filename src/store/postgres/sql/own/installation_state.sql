SELECT system_id, database_oid, timeline, held_since, held_why, bulk_held_since, bulk_held_why, moved_to FROM installation WHERE one = 1;
