UPDATE joint_recipient SET email = $3::text, name = NULL, reason = NULL WHERE key = $1::bigint AND position = $2::bigint;
