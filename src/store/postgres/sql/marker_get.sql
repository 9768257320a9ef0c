SELECT value FROM marker WHERE name = $1::text;
