SELECT key, provider_id FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint AND provider_id IS NOT NULL
UNION ALL SELECT key, provider_id FROM attempt WHERE key BETWEEN $1::bigint AND $2::bigint AND provider_id IS NOT NULL
UNION ALL SELECT key, provider_id FROM joint_recipient WHERE key BETWEEN $1::bigint AND $2::bigint AND provider_id IS NOT NULL
UNION ALL SELECT key, provider_id FROM joint_attempt WHERE key BETWEEN $1::bigint AND $2::bigint AND provider_id IS NOT NULL;
