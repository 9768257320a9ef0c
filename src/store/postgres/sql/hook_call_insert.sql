INSERT INTO hook_call (endpoint, event, state, due, since, tried, attempts)
SELECT u.endpoint, u.event, 0, u.due, u.due, 0, 0 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (endpoint, event, due);
