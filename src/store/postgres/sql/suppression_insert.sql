-- Who is there already stays as it was told first, but for a soft bounce, which a bounce or complaint outranks, and an unsubscribe, which keeps
-- back less than any other cause.
-- In order, so that two nodes that list the same addresses wait for each other instead of both.
INSERT INTO suppression AS s (address, scope, cause, detail, source, actor, created_at, last_at, times)
SELECT DISTINCT ON (u.address COLLATE "C", u.scope COLLATE "C") u.address, u.scope, u.cause, u.detail, u.source, u.actor, u.at, u.at, 1
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    WITH ORDINALITY AS u (address, scope, cause, detail, source, actor, at, n)
ORDER BY u.address COLLATE "C", u.scope COLLATE "C", u.cause = 5, u.n
ON CONFLICT (address, scope) DO UPDATE SET
    times = s.times + CASE WHEN excluded.last_at > s.last_at THEN 1 ELSE 0 END,
    last_at = greatest(s.last_at, excluded.last_at),
    created_at = least(s.created_at, excluded.created_at),
    (detail, source, actor, cause) = (
        SELECT CASE WHEN o.outranks THEN excluded.detail ELSE s.detail END, CASE WHEN o.outranks THEN excluded.source ELSE s.source END,
            CASE WHEN o.outranks THEN excluded.actor ELSE s.actor END, CASE WHEN o.outranks THEN excluded.cause ELSE s.cause END
        FROM (SELECT (s.cause = 4 AND excluded.cause IN (1, 2)) OR (s.cause = 5 AND excluded.cause <> 5) AS outranks) o);
