DELETE FROM joint_recipient WHERE key BETWEEN ?1 AND ?2;
