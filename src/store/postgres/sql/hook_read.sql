SELECT c.event, e.told_at, c.tried, c.attempts, c.since, e.kind, e.at, e.key, e.recipient, e.detail, m.id, t.name, q.lane, q.provider,
    d.email, d.provider_id, d.reason, j.email, j.provider_id, j.reason
FROM hook_call c JOIN hook_event e ON e.no = c.event
    LEFT JOIN message m ON m.no = e.key >> 24 LEFT JOIN topic t ON t.no = m.topic LEFT JOIN topic_queue q ON q.no = m.queue
    LEFT JOIN delivery d ON d.key = e.key LEFT JOIN joint_recipient j ON j.key = e.key AND j.position = e.position
WHERE c.endpoint = $1::bigint AND c.event IN (SELECT json_array_elements_text(($2::text)::json)::bigint) ORDER BY c.event;
