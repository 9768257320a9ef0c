-- Whether an address refuses bulk mail of a profile and topic: by its family, or all of it, and has consented to it no more since; or, of
-- advertising, by the ledger (as consent_refusing). A name of a topic as a whole is what a node of an earlier release writes.
SELECT u.n FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
    WITH ORDINALITY AS u (address, profile, family, topic, scope, advertising, n)
WHERE EXISTS (
        SELECT 1 FROM refusal r WHERE r.address = u.address AND r.profile = u.profile AND r.topic IN ('', u.family, u.topic) AND r.lifted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM consent h WHERE h.address = r.address AND h.profile = r.profile AND h.scope IN ('', u.scope)
                AND h.given_at > r.at AND h.ended_at IS NULL))
    OR (u.advertising AND EXISTS (
        SELECT 1 FROM consent c WHERE c.address = u.address AND c.profile = u.profile AND c.ended_at IS NOT NULL AND c.scope IN ('', u.scope)
            AND NOT (
                EXISTS (SELECT 1 FROM consent h WHERE h.address = c.address AND h.profile = c.profile AND h.scope IN ('', u.scope)
                    AND h.given_at IS NOT NULL AND h.ended_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM consent e WHERE e.address = c.address AND e.profile = c.profile AND e.scope = u.scope
                    AND e.ended_at IS NOT NULL))));
