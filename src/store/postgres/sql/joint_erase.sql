UPDATE joint_recipient SET email = $3::text, name = NULL, reason = $4::text WHERE key = $1::bigint AND position = $2::bigint;
