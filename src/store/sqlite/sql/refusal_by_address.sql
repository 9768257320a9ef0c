SELECT no, email, profile, topic, how, at, lifted_at, lifted_why FROM refusal WHERE address = ?3 AND no < ?1 ORDER BY no DESC LIMIT ?2;
