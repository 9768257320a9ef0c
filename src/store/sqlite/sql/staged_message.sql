-- ?1 is the caller's own incarnation: it does no housekeeping while it stages, so its own are leftovers of requests that failed.
SELECT m.no, m.copies FROM message m
WHERE m.queue IS NULL AND (m.staged_by = ?1 OR NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = m.staged_by AND i.ended_at IS NULL))
LIMIT 1;
