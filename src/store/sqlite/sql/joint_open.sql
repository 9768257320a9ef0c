SELECT count(*) FROM joint_recipient WHERE key = ?1 AND state = ?2;
