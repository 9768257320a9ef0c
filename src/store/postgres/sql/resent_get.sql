SELECT again FROM resent WHERE key = $1::bigint;
