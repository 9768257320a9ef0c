DELETE FROM idempotency WHERE no = ANY (ARRAY (SELECT no FROM idempotency ORDER BY no LIMIT 200)) AND created_at <= $1::bigint;
