-- Before rows are read by range to be judged (a claim of a later attempt, taking over a lease, a release, sending again): another node may
-- bring evidence for one of them. Copies that wait for their first attempt are touched by nobody but who holds their queue or lease.
SELECT key FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint ORDER BY key FOR UPDATE;
