UPDATE installation SET held_since = NULL, held_why = NULL, held_message = NULL WHERE one = 1;
