UPDATE joint_recipient SET reason = ?3 WHERE key = ?1 AND position = ?2;
