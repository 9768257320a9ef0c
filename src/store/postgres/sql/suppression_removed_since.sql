SELECT u.n FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS u (address, at, n)
WHERE (SELECT true FROM suppression_removed r WHERE r.address = u.address AND r.removed_at >= u.at LIMIT 1);
