SELECT last_feedback FROM provider WHERE name = $1::text;
