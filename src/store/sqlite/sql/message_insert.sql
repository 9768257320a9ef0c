INSERT INTO message (no, id, queue, topic, api_key, copies, joint, on_unknown, created_at, due, scheduled, expires_at, route, content, content_no,
    staged_by, variables, sender)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18);
