INSERT INTO hook_event (no, kind, at, told_at, key, position, recipient, detail)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]);
