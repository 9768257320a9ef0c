UPDATE joint_recipient SET feedback = feedback | ?3 WHERE key = ?1 AND position = ?2 AND feedback & ?3 = 0;
