UPDATE installation SET epoch = epoch + 1 WHERE one = 1 RETURNING epoch;
