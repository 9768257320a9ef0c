SELECT u.n FROM unnest($1::bytea[], $2::boolean[]) WITH ORDINALITY AS u (hash, bulk, n)
WHERE EXISTS (SELECT 1 FROM erased e WHERE e.hash = u.hash AND (e.bulk_only = 0 OR u.bulk));
