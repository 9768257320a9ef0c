UPDATE marker SET value = value + 1 WHERE name = $1::text;
