SELECT message, first, count FROM entry WHERE NOT EXISTS (SELECT 1 FROM topic_queue q WHERE q.no = queue AND q.cancelled_at IS NOT NULL)
UNION ALL SELECT message, first, count FROM lease ORDER BY 1, 2;
