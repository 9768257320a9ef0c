DELETE FROM installation WHERE id = $1 AND moved_to = $2 AND epoch = 0;
