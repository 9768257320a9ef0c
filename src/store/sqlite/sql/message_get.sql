SELECT m.no, m.id, m.queue, m.topic, m.copies, m.joint, m.on_unknown, m.created_at, m.due, m.scheduled, m.expires_at,
    m.cancelled_at, m.route, coalesce(m.content, c.body), m.lapsed_at, m.variables, t.name, q.provider, q.lane
FROM message m JOIN topic t ON t.no = m.topic JOIN topic_queue q ON q.no = m.queue LEFT JOIN content c ON c.no = m.content_no
WHERE m.no = ?1;
