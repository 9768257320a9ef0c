INSERT INTO delivery (key, email, name, state, attempt, feedback, twice, personal, reason)
SELECT u.key, u.email, u.name, u.state, 0, 0, false, u.personal, u.reason
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
    AS u (key, email, name, state, personal, reason);
