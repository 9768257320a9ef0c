-- Nothing is copied yet: a store has an epoch from 1 on.
INSERT INTO installation (one, id, epoch, moved_to) VALUES (1, $1, 0, $2);
