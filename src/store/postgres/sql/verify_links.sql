SELECT l.no, l.recipients, l.recipients_by_person, l.gone + coalesce(c.n, 0), l.gone_by_person + coalesce(c.persons, 0)
FROM topic_link l
    LEFT JOIN (SELECT link, count(*) AS n, count(*) FILTER (WHERE person) AS persons FROM link_copy GROUP BY link) c ON c.link = l.no
WHERE l.recipients <> l.gone + coalesce(c.n, 0) OR l.recipients_by_person <> l.gone_by_person + coalesce(c.persons, 0)
ORDER BY l.no LIMIT $1::bigint;
