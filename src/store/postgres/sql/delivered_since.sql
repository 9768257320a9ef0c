SELECT 1 FROM event
WHERE key IN (SELECT k.key FROM (SELECT key FROM address_index WHERE hash = $1::bigint ORDER BY key DESC LIMIT 50) k UNION ALL SELECT $2::bigint)
    AND kind = $4::bigint AND at >= $5::bigint AND lower(recipient COLLATE "C") = $3::text
LIMIT 1;
