UPDATE hook_call c SET state = u.state, due = u.due, tried = c.tried + u.tries, attempts = c.attempts + u.tries, taken_by = NULL
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) WITH ORDINALITY AS u (endpoint, event, own, state, due, tries, n)
WHERE c.endpoint = u.endpoint AND c.event = u.event AND c.taken_by = u.own
RETURNING u.n;
