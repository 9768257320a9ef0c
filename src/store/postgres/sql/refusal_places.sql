-- As refusal_among, of many addresses: which of them, by place.
SELECT u.n - 1 FROM json_array_elements_text(($1::text)::json) WITH ORDINALITY AS u (address, n)
WHERE EXISTS (
        SELECT 1 FROM refusal r WHERE r.address = u.address AND r.profile = $2::text AND r.topic IN ('', $3::text, $4::text) AND r.lifted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM consent h WHERE h.address = r.address AND h.profile = r.profile AND h.scope IN ('', $5::text)
                AND h.given_at > r.at AND h.ended_at IS NULL))
    OR ($6::boolean AND EXISTS (
        SELECT 1 FROM consent c WHERE c.address = u.address AND c.profile = $2::text AND c.ended_at IS NOT NULL AND c.scope IN ('', $5::text)
            AND NOT (
                EXISTS (SELECT 1 FROM consent h WHERE h.address = c.address AND h.profile = c.profile AND h.scope IN ('', $5::text)
                    AND h.given_at IS NOT NULL AND h.ended_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM consent e WHERE e.address = c.address AND e.profile = c.profile AND e.scope = $5::text
                    AND e.ended_at IS NOT NULL))));
