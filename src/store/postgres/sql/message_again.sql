INSERT INTO message (no, id, queue, topic, api_key, copies, joint, on_unknown, created_at, due, scheduled, expires_at, route, content,
    content_no, variables, sender)
SELECT $1::bigint, $2::bytea, $3::bigint, topic, $4::bigint, $5::bigint, joint, on_unknown, $6::bigint, $7::bigint, $8::boolean, CASE WHEN expires_at > $7::bigint THEN expires_at END, $9::text, content, content_no, variables, sender
FROM message WHERE no = $10::bigint;
