SELECT i.no, i.name, i.version, i.started_at, i.ended_at, i.draining_at, greatest(jebi_now() - i.beat_at, 0), coalesce(l.copies, 0)::bigint,
    EXISTS (SELECT 1 FROM upkeep u WHERE u.incarnation = i.no AND u.until > jebi_now())
FROM incarnation i LEFT JOIN (SELECT incarnation, sum(open) AS copies FROM lease GROUP BY incarnation) l ON l.incarnation = i.no
WHERE $1::bigint IS NOT NULL ORDER BY i.no DESC LIMIT $2::bigint;
