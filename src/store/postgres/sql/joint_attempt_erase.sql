UPDATE joint_attempt SET reason = NULL WHERE key = $1::bigint AND position = $2::bigint;
