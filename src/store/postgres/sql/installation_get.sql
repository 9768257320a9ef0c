SELECT id, epoch, held_since, held_why, held_message FROM installation WHERE one = 1;
