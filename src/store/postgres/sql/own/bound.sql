-- Up to which message number all are committed or gone. Returns: the last number drawn (0: none), this transaction's id, and the oldest one
-- still running. Numbers are drawn by transactions that have an id already (message_numbers.sql), but this one's may be older than those
-- are. So `drawn` is kept until a call in a later transaction: its id was given out after all of theirs. As soon as a call returns
-- `oldest` >= that id, they have all ended, and the kept `drawn` is the bound. This needs a transaction that may write.
WITH sequence AS MATERIALIZED (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS drawn FROM message_no)
SELECT drawn, pg_current_xact_id()::text::bigint AS xid, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest FROM sequence;
