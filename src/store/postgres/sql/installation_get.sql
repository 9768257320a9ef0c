SELECT id, epoch, held_since, held_why, held_message, bulk_held_since, bulk_held_why FROM installation WHERE one = 1;
