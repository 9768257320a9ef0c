INSERT INTO delivery (key, email, name, state, attempt, feedback, twice, joint, personal)
SELECT u.key, u.email, u.name, u.state, 0, 0, false, u.joint, u.personal
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
    AS u (key, email, name, state, joint, personal);
