WITH eldest AS MATERIALIZED (
    SELECT event FROM hook_call WHERE endpoint = $1::bigint AND due IS NOT NULL AND taken_by IS NULL ORDER BY due LIMIT $2::bigint
    FOR UPDATE SKIP LOCKED)
UPDATE hook_call c SET state = 3, due = NULL FROM eldest WHERE c.endpoint = $1::bigint AND c.event = eldest.event;
