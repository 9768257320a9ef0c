-- Whether this is the address of somebody whose data was erased and who has consented to nothing since.
SELECT u.n FROM unnest($1::bytea[], $2::text[]) WITH ORDINALITY AS u (hash, address, n)
WHERE EXISTS (SELECT 1 FROM erased e WHERE e.hash = u.hash
    AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.address = u.address AND c.given_at > e.at AND c.ended_at IS NULL));
