UPDATE installation SET held_since = NULL, held_why = NULL, held_message = NULL, bulk_held_since = NULL, bulk_held_why = NULL WHERE one = 1;
