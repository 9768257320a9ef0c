UPDATE topic_link SET gone = gone + c.n, gone_by_person = gone_by_person + c.persons
FROM (SELECT link, count(*) AS n, count(*) FILTER (WHERE person) AS persons FROM link_copy WHERE key BETWEEN ?1 AND ?2 GROUP BY link) c
WHERE c.link = topic_link.no;
