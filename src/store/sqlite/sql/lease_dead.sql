SELECT l.no, l.queue, l.message, l.first, l.count, l.attempt, l.weight FROM lease l JOIN incarnation i ON i.no = l.incarnation
WHERE l.incarnation <> ?1 AND (i.ended_at IS NOT NULL OR i.beat_at < ?2) AND l.no > ?3 ORDER BY l.no LIMIT 200;
