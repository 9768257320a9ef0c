INSERT INTO joint_recipient (key, position, role, email, name, state, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
