-- Who else has held a table of this database for more than a second, for people.
SELECT string_agg(DISTINCT 'session ' || a.pid || coalesce(' of ' || nullif(a.application_name, ''), '') || ', for '
    || floor(extract(epoch FROM clock_timestamp() - a.xact_start)) || ' s', '; ')
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND a.pid <> pg_backend_pid() AND a.xact_start < clock_timestamp() - interval '1 second';
