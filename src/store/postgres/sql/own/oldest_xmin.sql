-- What holds vacuum back most: its age in transactions, how long that has lasted in ms where that is known, and who it is. Other roles'
-- sessions are seen with the right pg_read_all_stats only.
SELECT age, ms, who FROM (
    SELECT age(backend_xmin)::bigint AS age, floor(extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint AS ms,
        'session ' || pid || coalesce(' of ' || nullif(application_name, ''), '') AS who
    FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
    UNION ALL
    SELECT greatest(age(xmin), age(catalog_xmin))::bigint, NULL, 'replication slot ' || slot_name
    FROM pg_replication_slots WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
    UNION ALL
    SELECT age(transaction)::bigint, floor(extract(epoch FROM clock_timestamp() - prepared) * 1000)::bigint, 'prepared transaction ' || gid
    FROM pg_prepared_xacts
) held ORDER BY age DESC, ms DESC NULLS LAST LIMIT 1;
