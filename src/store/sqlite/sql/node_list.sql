SELECT i.no, i.name, i.version, i.started_at, i.ended_at, i.draining_at, ?1 - i.beat_at,
    (SELECT coalesce(sum(l.open), 0) FROM lease l WHERE l.incarnation = i.no), 1
FROM incarnation i ORDER BY i.no DESC LIMIT ?2;
