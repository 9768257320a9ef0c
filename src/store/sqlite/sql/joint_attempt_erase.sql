UPDATE joint_attempt SET reason = NULL WHERE key = ?1 AND position = ?2;
