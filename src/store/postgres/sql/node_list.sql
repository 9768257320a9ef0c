SELECT i.no, i.name, i.version, i.started_at, i.ended_at, i.draining_at, greatest(jebi_now() - i.beat_at, 0),
    (SELECT coalesce(sum(l.open), 0)::bigint FROM lease l WHERE l.incarnation = i.no),
    EXISTS (SELECT 1 FROM upkeep u WHERE u.incarnation = i.no AND u.until > jebi_now())
FROM incarnation i WHERE $1::bigint IS NOT NULL ORDER BY i.no DESC LIMIT $2::bigint;
