UPDATE joint_recipient SET feedback = feedback | $3::bigint WHERE key = $1::bigint AND lower(email COLLATE "C") = $2::text AND feedback & $3::bigint = 0;
