UPDATE marker SET value = ?2 WHERE name = ?1;
