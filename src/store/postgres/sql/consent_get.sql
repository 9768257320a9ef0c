SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at FROM consent WHERE no = $1::bigint;
