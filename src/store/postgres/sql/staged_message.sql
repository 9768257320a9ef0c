-- $1 is the caller's own incarnation: it does no housekeeping while it stages, so its own are leftovers of requests that failed. Other
-- nodes' wait until they have ended; whoever stages or publishes looks at its own incarnation first (own/alive.sql).
SELECT m.no, m.copies FROM message m
WHERE m.queue IS NULL AND (m.staged_by = $1::bigint OR NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = m.staged_by AND i.ended_at IS NULL))
LIMIT 1;
