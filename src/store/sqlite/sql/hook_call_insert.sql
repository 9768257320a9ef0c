INSERT INTO hook_call (endpoint, event, told_at, state, due, since, tried, attempts) VALUES (?1, ?2, ?3, 0, ?3, ?3, 0, 0);
