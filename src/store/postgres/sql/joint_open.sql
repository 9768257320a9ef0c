SELECT count(*) FROM joint_recipient WHERE key = $1::bigint AND state = $2::bigint;
