UPDATE joint_recipient SET state = $3::bigint WHERE key = $1::bigint AND state = $2::bigint;
