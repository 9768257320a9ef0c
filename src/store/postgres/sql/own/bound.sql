-- Up to which message number all are committed or gone. Returns: the last number drawn (0: none), a transaction id given out after that,
-- and the oldest one still running. Numbers are drawn by transactions that have an id already (message_numbers.sql), so all up to `drawn`
-- belong to transactions older than `xid`. Keep (drawn, xid); as soon as a later call, in the same transaction or any other, returns
-- `oldest` >= the kept `xid`, those have all ended, and the kept `drawn` is the bound. This needs a transaction that may write.
WITH sequence AS MATERIALIZED (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS drawn FROM message_no)
SELECT drawn, pg_current_xact_id()::text::bigint AS xid, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest FROM sequence;
