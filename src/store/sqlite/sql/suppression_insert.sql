-- Who is there already stays as it was told first, but for a soft bounce, which a bounce or complaint outranks.
INSERT INTO suppression (address, scope, cause, detail, source, actor, created_at, last_at, times)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1)
ON CONFLICT (address, scope) DO UPDATE SET
    times = times + (excluded.last_at > last_at),
    last_at = max(last_at, excluded.last_at),
    created_at = min(created_at, excluded.created_at),
    detail = CASE WHEN cause = 4 AND excluded.cause IN (1, 2) THEN excluded.detail ELSE detail END,
    source = CASE WHEN cause = 4 AND excluded.cause IN (1, 2) THEN excluded.source ELSE source END,
    actor = CASE WHEN cause = 4 AND excluded.cause IN (1, 2) THEN excluded.actor ELSE actor END,
    cause = CASE WHEN cause = 4 AND excluded.cause IN (1, 2) THEN excluded.cause ELSE cause END;
