-- As message_get, without the rows of its topic and its queue.
SELECT m.no, m.id, m.queue, m.topic, m.copies, m.joint, m.on_unknown, m.created_at, m.due, m.scheduled, m.expires_at,
    m.cancelled_at, m.route, coalesce(m.content, c.body), m.lapsed_at, m.variables
FROM message m LEFT JOIN content c ON c.no = m.content_no
WHERE m.no = $1::bigint AND m.queue IS NOT NULL;
