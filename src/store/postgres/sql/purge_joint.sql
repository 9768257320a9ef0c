DELETE FROM joint_recipient WHERE key BETWEEN $1::bigint AND $2::bigint;
