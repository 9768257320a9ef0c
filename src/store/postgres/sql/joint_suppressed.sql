UPDATE joint_recipient j SET reason = u.reason FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS u (key, position, reason, n)
WHERE j.key = u.key AND j.position = u.position RETURNING u.n;
