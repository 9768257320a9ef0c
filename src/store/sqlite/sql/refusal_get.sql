SELECT at FROM refusal WHERE address = ?1 AND profile = ?2 AND topic = ?3;
