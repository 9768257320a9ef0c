INSERT INTO message (no, id, queue, topic, api_key, copies, joint, on_unknown, created_at, due, scheduled, expires_at, route, content, content_no,
    staged_by, variables, sender)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::bigint[], $9::bigint[],
    $10::bigint[], $11::boolean[], $12::bigint[], $13::text[], $14::bytea[], $15::bigint[], $16::bigint[], $17::text[], $18::text[]);
