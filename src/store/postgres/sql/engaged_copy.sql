SELECT d.key, m.topic, d.state, d.changed_at, d.feedback, d.email, d.joint FROM message m JOIN delivery d ON d.key = (m.no << 24) + $2::bigint
WHERE m.id = $1::bytea AND m.queue IS NOT NULL AND m.copies > $2::bigint;
