SELECT u.api_key, sum(u.recipients) - CASE WHEN k.forgiven_at >= ?2 THEN k.forgiven ELSE 0 END
FROM key_usage u LEFT JOIN api_key k ON k.no = u.api_key
WHERE u.quarter >= ?1 GROUP BY u.api_key;
