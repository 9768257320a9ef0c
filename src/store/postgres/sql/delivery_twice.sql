UPDATE delivery SET twice = true WHERE key = $1::bigint;
