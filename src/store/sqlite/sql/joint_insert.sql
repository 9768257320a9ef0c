INSERT INTO joint_recipient (key, position, role, email, name, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
