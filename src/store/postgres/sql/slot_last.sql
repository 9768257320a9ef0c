SELECT last_slot FROM provider WHERE name = $1::text;
