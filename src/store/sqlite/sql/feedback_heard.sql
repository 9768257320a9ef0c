SELECT last_feedback, last_delivered FROM provider WHERE name = ?1;
