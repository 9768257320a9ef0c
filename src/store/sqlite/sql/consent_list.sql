SELECT no, address, profile, scope, email, language, given_at, ended_at, confirm_at
FROM consent WHERE no < ?1 AND (?2 IS NULL OR profile = ?2) ORDER BY no DESC LIMIT ?3;
