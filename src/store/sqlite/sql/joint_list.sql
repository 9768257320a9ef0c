SELECT position, role, email, name, state, feedback FROM joint_recipient WHERE key = ?1 ORDER BY position;
