-- $1 is the caller's own incarnation: it does no housekeeping while it stages, so its own are leftovers of requests that failed. Living
-- nodes remove theirs by themselves; with $2 those of ended ones are found too, for the node that keeps house. Whoever stages or publishes
-- looks at its own incarnation first (incarnation_alive).
SELECT m.no, m.copies FROM message m
WHERE m.queue IS NULL AND (m.staged_by = $1::bigint
    OR ($2::boolean AND NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = m.staged_by AND i.ended_at IS NULL)))
LIMIT 1;
