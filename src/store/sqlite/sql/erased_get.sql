-- As erased_among, of one.
SELECT 1 FROM erased e WHERE e.hash = ?1 AND (e.bulk_only = 0 OR ?2)
    AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.address = ?3 AND (NOT ?2 OR c.profile = ?4) AND c.given_at > e.at AND c.ended_at IS NULL);
