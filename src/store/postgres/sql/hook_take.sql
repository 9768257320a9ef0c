-- The inner part runs once: as a part of the condition it could run again for each row and take more than its limit.
WITH taken AS MATERIALIZED (
    SELECT c.event FROM hook_call c
    WHERE c.endpoint = $1::bigint AND c.due <= $3::bigint AND c.taken_by IS NULL
        AND EXISTS (SELECT 1 FROM endpoint e WHERE e.no = $1::bigint AND e.disabled_at IS NULL AND e.removed_at IS NULL AND coalesce(e.held_until, 0) <= $3::bigint)
    ORDER BY c.due LIMIT $4::bigint FOR UPDATE OF c SKIP LOCKED)
UPDATE hook_call c SET taken_by = $2::bigint FROM taken WHERE c.endpoint = $1::bigint AND c.event = taken.event
RETURNING c.event;
