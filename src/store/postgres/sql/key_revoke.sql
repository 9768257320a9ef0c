UPDATE api_key SET revoked_at = $2::bigint WHERE no = $1::bigint AND revoked_at IS NULL;
