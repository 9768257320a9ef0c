SELECT current_setting('server_version_num')::bigint AS version_no,
       current_setting('server_version') AS version,
       current_setting('fsync')::boolean AS fsync,
       current_setting('full_page_writes')::boolean AS full_page_writes,
       current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean AS autovacuum,
       pg_is_in_recovery() AS in_recovery,
       current_setting('transaction_read_only')::boolean AS read_only,
       pg_encoding_to_char(d.encoding)::text AS encoding,
       d.oid::bigint AS database_oid,
       current_user::text AS role,
       current_schema()::text AS schema,
       COALESCE(has_schema_privilege(current_schema(), 'USAGE'), false) AS may_use,
       COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create
  FROM pg_database d
 WHERE d.datname = current_database()
