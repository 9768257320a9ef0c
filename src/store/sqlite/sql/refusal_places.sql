-- As refusal_among, of many addresses: which of them, by place.
SELECT u.key FROM json_each(?1) AS u
WHERE EXISTS (
        SELECT 1 FROM refusal r WHERE r.address = u.value AND r.profile = ?2 AND r.topic IN ('', ?3, ?4) AND r.lifted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM consent h WHERE h.address = r.address AND h.profile = r.profile AND h.scope IN ('', ?5)
                AND h.given_at > r.at AND h.ended_at IS NULL))
    OR (?6 AND EXISTS (
        SELECT 1 FROM consent c WHERE c.address = u.value AND c.profile = ?2 AND c.ended_at IS NOT NULL AND c.scope IN ('', ?5)
            AND NOT (
                EXISTS (SELECT 1 FROM consent h WHERE h.address = c.address AND h.profile = c.profile AND h.scope IN ('', ?5)
                    AND h.given_at IS NOT NULL AND h.ended_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM consent e WHERE e.address = c.address AND e.profile = c.profile AND e.scope = ?5
                    AND e.ended_at IS NOT NULL))));
