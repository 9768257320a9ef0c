-- Anew: where it was lifted, or where `again` says that it ends something.
UPDATE refusal SET email = $4::text, how = $5::text, at = $6::bigint, lifted_at = NULL, lifted_why = NULL
WHERE address = $1::text AND profile = $2::text AND topic = $3::text AND ($7::boolean OR lifted_at IS NOT NULL);
