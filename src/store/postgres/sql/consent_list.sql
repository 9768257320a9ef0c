SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at
FROM consent WHERE no < $1::bigint AND ($2::text IS NULL OR profile = $2::text) ORDER BY no DESC LIMIT $3::bigint;
