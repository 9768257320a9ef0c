SELECT no FROM api_key WHERE profile = $1::text AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2::bigint) ORDER BY no;
