INSERT INTO joint_recipient (key, position, role, email, name, state, reason)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[]);
