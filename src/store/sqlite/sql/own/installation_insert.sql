INSERT INTO installation (one, id, epoch) VALUES (1, ?1, 1);
