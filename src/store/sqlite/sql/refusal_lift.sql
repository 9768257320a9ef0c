UPDATE refusal SET lifted_at = ?2, lifted_why = ?3 WHERE no = ?1 AND lifted_at IS NULL;
