SELECT l.url, l.clicks, l.clicks_by_person, l.recipients, l.recipients_by_person FROM topic t JOIN topic_link l ON l.topic = t.no
WHERE t.name = ?1 ORDER BY l.clicks DESC, l.no LIMIT ?2;
