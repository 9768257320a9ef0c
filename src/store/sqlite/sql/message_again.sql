INSERT INTO message (no, id, queue, topic, api_key, copies, joint, on_unknown, created_at, due, scheduled, expires_at, route, content,
    content_no, variables, sender)
SELECT ?1, ?2, ?3, topic, ?4, ?5, joint, on_unknown, ?6, ?7, ?8, CASE WHEN expires_at > ?7 THEN expires_at END, ?9, content, content_no, variables, sender
FROM message WHERE no = ?10;
