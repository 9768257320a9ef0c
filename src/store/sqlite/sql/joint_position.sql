SELECT position FROM joint_recipient WHERE key = ?1 AND lower(email) = ?2;
