UPDATE delivery SET twice = 1 WHERE key = ?1;
