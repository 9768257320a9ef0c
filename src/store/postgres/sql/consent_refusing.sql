SELECT DISTINCT c.address FROM consent c
WHERE c.address IN (SELECT json_array_elements_text(($3::text)::json)) AND c.profile = $1::text AND c.ended_at IS NOT NULL AND c.scope IN ('', $2::text)
    AND NOT (
        EXISTS (SELECT 1 FROM consent h WHERE h.address = c.address AND h.profile = c.profile AND h.scope IN ('', $2::text)
            AND h.given_at IS NOT NULL AND h.ended_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM consent e WHERE e.address = c.address AND e.profile = c.profile AND e.scope = $2::text
            AND e.ended_at IS NOT NULL)
    );
