SELECT position FROM joint_recipient WHERE key = $1::bigint AND lower(email COLLATE "C") = $2::text;
