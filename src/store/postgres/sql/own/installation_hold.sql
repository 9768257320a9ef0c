-- Noted once: when it is released it is at home here.
UPDATE installation SET held_since = $1::bigint, held_why = $2::text, held_message = (SELECT coalesce(max(no), 0) FROM message),
    system_id = coalesce($3::bigint, system_id), database_oid = $4::bigint, timeline = coalesce($5::bigint, timeline), table_oid = tableoid::bigint
WHERE one = 1 AND held_since IS NULL;
