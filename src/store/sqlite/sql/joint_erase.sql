UPDATE joint_recipient SET email = ?3, name = NULL, reason = ?4 WHERE key = ?1 AND position = ?2;
