UPDATE refusal SET email = ?4, how = ?5, at = ?6 WHERE address = ?1 AND profile = ?2 AND topic = ?3;
