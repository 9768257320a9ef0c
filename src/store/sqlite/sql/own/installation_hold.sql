UPDATE installation SET held_since = ?1, held_why = ?2, held_message = (SELECT coalesce(max(no), 0) FROM message) WHERE one = 1 AND held_since IS NULL;
