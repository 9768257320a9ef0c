UPDATE hook_call SET taken_by = ?2
WHERE endpoint = ?1 AND event IN (
    SELECT c.event FROM hook_call c
    WHERE c.endpoint = ?1 AND c.due <= ?3 AND c.taken_by IS NULL
        AND EXISTS (SELECT 1 FROM endpoint e WHERE e.no = ?1 AND e.disabled_at IS NULL AND e.removed_at IS NULL AND coalesce(e.held_until, 0) <= ?3)
    ORDER BY c.due LIMIT ?4)
RETURNING event;
