SELECT body, created_at, changed_at FROM sender_profile WHERE name = ?1;
