SELECT coalesce(sum(sent), 0) FROM sent_minute WHERE minute >= ?1;
