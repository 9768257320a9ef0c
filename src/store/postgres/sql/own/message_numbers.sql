-- $1 numbers for messages of this transaction. The transaction has its id before the first is drawn: see bound.sql.
WITH own AS MATERIALIZED (SELECT pg_current_xact_id() AS xid)
SELECT own.xid::text::bigint, nextval('message_no') FROM own CROSS JOIN generate_series(1, $1::bigint);
