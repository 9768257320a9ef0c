SELECT u.n FROM unnest($1::bytea[]) WITH ORDINALITY AS u (hash, n) WHERE EXISTS (SELECT 1 FROM erased e WHERE e.hash = u.hash);
