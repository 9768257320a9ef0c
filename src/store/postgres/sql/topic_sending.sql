SELECT coalesce(sum(CASE WHEN NOT l.resend THEN l.open::bigint * l.weight END), 0)::bigint,
    coalesce(sum(l.open::bigint * CASE WHEN l.resend THEN l.weight ELSE l.again END), 0)::bigint
FROM topic_queue q JOIN lease l ON l.queue = q.no WHERE q.topic = $1::bigint;
