UPDATE joint_recipient SET feedback = feedback | $3::bigint WHERE key = $1::bigint AND position = $2::bigint AND feedback & $3::bigint = 0;
