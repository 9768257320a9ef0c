SELECT coalesce(sum(sent), 0)::bigint FROM sent_minute WHERE minute >= $1::bigint;
