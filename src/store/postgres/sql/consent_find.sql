SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at
FROM consent WHERE address = $1::text AND profile = $2::text AND scope = $3::text FOR UPDATE;
