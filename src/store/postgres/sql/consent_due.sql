SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at
FROM consent WHERE confirm_at <= $1::bigint ORDER BY confirm_at, no LIMIT $2::bigint;
