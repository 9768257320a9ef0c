UPDATE joint_recipient SET feedback = feedback | ?3 WHERE key = ?1 AND lower(email) = ?2 AND feedback & ?3 = 0;
