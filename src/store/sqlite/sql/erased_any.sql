-- Whether this is the address of somebody whose data was erased and who has consented to nothing since.
SELECT 1 FROM erased e WHERE e.hash = ?1
    AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.address = ?2 AND c.given_at > e.at AND c.ended_at IS NULL);
