INSERT INTO hook_call (endpoint, event, state, due, since, tried, attempts) VALUES (?1, ?2, 0, ?3, ?3, 0, 0);
