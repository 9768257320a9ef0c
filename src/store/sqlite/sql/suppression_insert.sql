-- Who is there already stays as it was told first, but for a soft bounce, which a bounce or complaint outranks, and an unsubscribe, which keeps
-- back less than any other cause.
INSERT INTO suppression (address, scope, cause, detail, source, actor, created_at, last_at, times)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1)
ON CONFLICT (address, scope) DO UPDATE SET
    times = times + (excluded.last_at > last_at),
    last_at = max(last_at, excluded.last_at),
    created_at = min(created_at, excluded.created_at),
    (detail, source, actor, cause) = (SELECT
        iif(o.outranks, excluded.detail, detail), iif(o.outranks, excluded.source, source),
        iif(o.outranks, excluded.actor, actor), iif(o.outranks, excluded.cause, cause)
        FROM (SELECT (cause = 4 AND excluded.cause IN (1, 2)) OR (cause = 5 AND excluded.cause <> 5) AS outranks) o);
