SELECT u.n FROM unnest($1::bigint[]) WITH ORDINALITY AS u (hash, n)
WHERE EXISTS (SELECT 1 FROM event_unmatched e WHERE e.hash = u.hash);
