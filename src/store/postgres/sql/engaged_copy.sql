SELECT d.key, m.topic, d.state, d.changed_at, d.feedback, d.email, d.joint, q.lane,
    CASE WHEN d.feedback & $3::bigint <> 0 THEN (SELECT min(e.at) FROM event e WHERE e.key = d.key AND e.kind & $3::bigint <> 0) END,
    CASE WHEN d.joint IS NOT NULL THEN (SELECT min(j.changed_at) FROM joint_recipient j WHERE j.key = d.key AND j.state = $4::bigint) END,
    d.joint IS NOT NULL AND NOT EXISTS (SELECT 1 FROM joint_recipient j WHERE j.key = d.key AND lower(j.email COLLATE "C") <> 'erased')
FROM message m JOIN delivery d ON d.key = (m.no << 24) + $2::bigint JOIN topic_queue q ON q.no = m.queue
WHERE m.id = $1::bytea AND m.queue IS NOT NULL AND m.copies > $2::bigint;
