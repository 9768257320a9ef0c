UPDATE marker SET value = $2::bigint WHERE name = $1::text;
