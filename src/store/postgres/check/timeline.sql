-- The first eight digits of a WAL file's name. pg_control_checkpoint() would go on telling the old one until the next checkpoint.
SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint AS timeline
