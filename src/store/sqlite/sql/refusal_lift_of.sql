UPDATE refusal SET lifted_at = ?4, lifted_why = ?5 WHERE address = ?1 AND profile = ?2 AND topic = ?3 AND lifted_at IS NULL;
