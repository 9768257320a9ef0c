INSERT INTO delivery (key, email, name, state, attempt, feedback, twice, personal, reason) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5, ?6);
