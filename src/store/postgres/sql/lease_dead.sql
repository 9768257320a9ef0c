-- Whoever takes over an ended node's leases has set its `ended_at` before: beats are the database's time, so $2, a node's, says nothing
-- here but that all are meant (the greatest number). Locked: a late outcome of the node waits, or is done before.
SELECT l.no, l.queue, l.message, l.first, l.count, l.attempt, l.weight FROM lease l JOIN incarnation i ON i.no = l.incarnation
WHERE l.incarnation <> $1::bigint AND (i.ended_at IS NOT NULL OR $2::bigint = 9223372036854775807) AND l.no > $3::bigint
ORDER BY l.no LIMIT 200 FOR UPDATE OF l SKIP LOCKED;
