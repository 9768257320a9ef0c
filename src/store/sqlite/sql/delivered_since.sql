SELECT 1 FROM event
WHERE key IN (SELECT key FROM (SELECT key FROM address_index WHERE hash = ?1 ORDER BY key DESC LIMIT 50) UNION ALL SELECT ?2)
    AND kind = ?4 AND at >= ?5 AND lower(recipient) = ?3
LIMIT 1;
