SELECT u.api_key, sum(u.recipients)::bigint - CASE WHEN k.forgiven_at >= $2::bigint THEN k.forgiven ELSE 0 END
FROM key_usage u LEFT JOIN api_key k ON k.no = u.api_key
WHERE u.quarter >= $1::bigint GROUP BY u.api_key, k.no;
