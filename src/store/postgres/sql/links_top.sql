SELECT l.url, sum(l.clicks)::bigint, sum(l.clicks_by_person)::bigint, sum(l.recipients)::bigint, sum(l.recipients_by_person)::bigint
FROM topic t JOIN topic_link l ON l.topic = t.no
WHERE t.name = $1::text GROUP BY l.url ORDER BY sum(l.clicks) DESC, min(l.no) LIMIT $2::bigint;
