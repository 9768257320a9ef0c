SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at
FROM consent WHERE address = ?1 AND profile = ?2 AND scope = ?3;
