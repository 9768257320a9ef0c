SELECT coalesce(sum(CASE WHEN l.resend = 0 THEN l.open * l.weight END), 0),
    coalesce(sum(l.open * CASE WHEN l.resend = 1 THEN l.weight ELSE l.again END), 0)
FROM topic_queue q JOIN lease l ON l.queue = q.no WHERE q.topic = ?1;
