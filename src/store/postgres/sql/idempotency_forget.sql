DELETE FROM idempotency WHERE api_key = $1::bigint AND key = $2::text AND created_at <= $3::bigint;
