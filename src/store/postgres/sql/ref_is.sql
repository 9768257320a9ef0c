SELECT 1 FROM delivery WHERE key = $1::bigint AND provider_id = $2::text UNION ALL SELECT 1 FROM attempt WHERE key = $1::bigint AND provider_id = $2::text
UNION ALL SELECT 1 FROM joint_recipient WHERE key = $1::bigint AND provider_id = $2::text
UNION ALL SELECT 1 FROM joint_attempt WHERE key = $1::bigint AND provider_id = $2::text;
