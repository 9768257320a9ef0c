UPDATE delivery d SET reason = u.reason FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS u (key, reason, n)
WHERE d.key = u.key RETURNING u.n;
