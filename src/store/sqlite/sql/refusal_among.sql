-- Whether an address refuses bulk mail of a profile and topic: by its family, or all of it, and has consented to it no more since; or, of
-- advertising, by the ledger (as consent_refusing). A name of a topic as a whole is what a node of an earlier release writes.
SELECT 1 WHERE EXISTS (
        SELECT 1 FROM refusal r WHERE r.address = ?1 AND r.profile = ?2 AND r.topic IN ('', ?3, ?4) AND r.lifted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM consent h WHERE h.address = r.address AND h.profile = r.profile AND h.scope IN ('', ?5)
                AND h.given_at > r.at AND h.ended_at IS NULL))
    OR (?6 AND EXISTS (
        SELECT 1 FROM consent c WHERE c.address = ?1 AND c.profile = ?2 AND c.ended_at IS NOT NULL AND c.scope IN ('', ?5)
            AND NOT (
                EXISTS (SELECT 1 FROM consent h WHERE h.address = c.address AND h.profile = c.profile AND h.scope IN ('', ?5)
                    AND h.given_at IS NOT NULL AND h.ended_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM consent e WHERE e.address = c.address AND e.profile = c.profile AND e.scope = ?5
                    AND e.ended_at IS NOT NULL))));
