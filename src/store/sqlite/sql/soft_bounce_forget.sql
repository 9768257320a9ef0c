DELETE FROM soft_bounce WHERE (address, day) IN (SELECT address, day FROM soft_bounce WHERE day < ?1 LIMIT 20);
