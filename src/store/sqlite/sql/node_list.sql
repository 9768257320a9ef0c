SELECT i.no, i.name, i.version, i.started_at, i.ended_at, i.draining_at, ?1 - i.beat_at, coalesce(l.copies, 0), 1
FROM incarnation i LEFT JOIN (SELECT incarnation, sum(open) AS copies FROM lease GROUP BY incarnation) l ON l.incarnation = i.no
ORDER BY i.no DESC LIMIT ?2;
