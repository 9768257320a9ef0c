-- Waits for every transaction that leases mail to it.
SELECT no FROM incarnation WHERE no = $1::bigint FOR UPDATE;
