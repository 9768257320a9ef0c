-- As erased_among, of one.
SELECT 1 FROM erased e WHERE e.hash = $1::bytea AND (e.bulk_only = 0 OR $2::boolean)
    AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.address = $3::text AND (NOT $2::boolean OR c.profile = $4::text) AND c.given_at > e.at
        AND c.ended_at IS NULL);
