SELECT (SELECT COALESCE(SUM(sent), 0) FROM reputation_slot WHERE kind = $1::bigint AND name = $2::text AND slot >= $3::bigint)::bigint,
    (SELECT COALESCE(SUM(l.open * (l.weight + l.again)), 0) FROM lease l JOIN topic_queue q ON q.no = l.queue JOIN message m ON m.no = l.message
        WHERE ($1::bigint = 0 AND q.provider = $2::text) OR ($1::bigint = 1 AND m.sender = $2::text))::bigint;
