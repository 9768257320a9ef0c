-- ?1 is the caller's own incarnation: it does no housekeeping while it stages, so its own are leftovers of requests that failed. With ?2
-- those of ended nodes too.
SELECT m.no, m.copies FROM message m
WHERE m.queue IS NULL
    AND (m.staged_by = ?1 OR (?2 AND NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = m.staged_by AND i.ended_at IS NULL)))
LIMIT 1;
