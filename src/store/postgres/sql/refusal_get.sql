-- Of the family or of everything. Not while refusing would still end something, or, of advertising, put something into the ledger.
SELECT min(r.at) FROM refusal r WHERE r.address = $1::text AND r.profile = $2::text AND r.topic IN ('', $3::text) AND r.lifted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM consent h WHERE h.address = r.address AND h.profile = r.profile AND h.given_at IS NOT NULL AND h.ended_at IS NULL)
    AND (NOT $4::boolean OR EXISTS (SELECT 1 FROM consent e WHERE e.address = r.address AND e.profile = r.profile AND e.scope = ''
        AND e.ended_at IS NOT NULL));
