SELECT body, created_at, changed_at FROM sender_profile ORDER BY name;
