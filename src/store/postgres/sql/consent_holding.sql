SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at
FROM consent WHERE address = $1::text AND profile = $2::text AND given_at IS NOT NULL AND ended_at IS NULL ORDER BY no FOR UPDATE;
