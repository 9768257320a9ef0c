-- Anew: where it was lifted, or where `again` says that it ends something.
UPDATE refusal SET email = ?4, how = ?5, at = ?6, lifted_at = NULL, lifted_why = NULL
WHERE address = ?1 AND profile = ?2 AND topic = ?3 AND (?7 OR lifted_at IS NOT NULL);
