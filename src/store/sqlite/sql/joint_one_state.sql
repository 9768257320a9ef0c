UPDATE joint_recipient SET state = ?3 WHERE key = ?1 AND position = ?2;
