DELETE FROM refusal WHERE address = ?1;
