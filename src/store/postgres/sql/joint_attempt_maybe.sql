SELECT 1 FROM joint_attempt WHERE key = $1::bigint AND position = $2::bigint AND attempt <> $3::bigint AND outcome IN ('unknown', 'sent') LIMIT 1;
