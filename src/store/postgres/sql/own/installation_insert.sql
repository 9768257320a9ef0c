-- Of two nodes that open it first at once, one makes the row.
INSERT INTO installation (one, id, epoch, system_id, database_oid, timeline, table_oid)
VALUES (1, $1::bytea, 1, $2::bigint, $3::bigint, $4::bigint, 'installation'::regclass::oid::bigint)
ON CONFLICT (one) DO NOTHING;
