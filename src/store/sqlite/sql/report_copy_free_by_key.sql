SELECT d.key, d.state, d.attempt, d.feedback, d.joint, d.next_try, d.provider_id, d.email, m.topic, m.queue, m.created_at
FROM delivery d JOIN message m ON m.no = d.key >> 24
WHERE d.key = ?1 AND m.queue IS NOT NULL;
