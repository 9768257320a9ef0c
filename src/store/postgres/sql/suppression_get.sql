SELECT u.n FROM unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY AS u (address, scopes, unsubscribes, n)
WHERE (SELECT true FROM suppression s
    WHERE s.address = u.address AND strpos(u.scopes, chr(31) || s.scope || chr(31)) > 0 AND (s.cause <> 5 OR u.unsubscribes) LIMIT 1);
