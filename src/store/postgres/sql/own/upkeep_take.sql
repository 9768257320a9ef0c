-- Takes or renews the housekeeping for incarnation $1 and $2 ms. The row stays locked until the commit, so housekeeping turns of two nodes
-- exclude each other even where a lease ran out meanwhile. A row that is locked is somebody else's just now: nobody waits for it. A node
-- that is stopping leaves it to others.
WITH free AS (
    SELECT one FROM upkeep WHERE one = 1 AND (incarnation = $1::bigint OR until < jebi_now())
    AND NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.no = $1::bigint AND i.draining_at IS NOT NULL) FOR UPDATE SKIP LOCKED
), took AS (
    UPDATE upkeep u SET incarnation = $1::bigint, until = jebi_now() + $2::bigint FROM free WHERE u.one = free.one RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM took) AS held;
