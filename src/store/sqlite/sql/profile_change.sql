UPDATE sender_profile SET body = ?2, changed_at = ?3 WHERE name = ?1;
