SELECT d.key, d.state, d.attempt, d.feedback, d.joint, d.next_try, d.provider_id, d.email, m.topic, m.queue, m.created_at
FROM message m JOIN delivery d ON d.key = (m.no << 24) + ?2
WHERE m.id = ?1 AND m.queue IS NOT NULL;
