SELECT l.url, sum(l.clicks), sum(l.clicks_by_person), sum(l.recipients), sum(l.recipients_by_person) FROM topic t JOIN topic_link l ON l.topic = t.no
WHERE t.name = ?1 GROUP BY l.url ORDER BY sum(l.clicks) DESC, min(l.no) LIMIT ?2;
