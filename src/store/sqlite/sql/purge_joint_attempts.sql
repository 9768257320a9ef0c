DELETE FROM joint_attempt WHERE key BETWEEN ?1 AND ?2;
