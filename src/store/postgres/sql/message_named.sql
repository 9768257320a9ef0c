-- Whether anybody is left that a message was for and who was not erased.
SELECT 1 FROM delivery WHERE key BETWEEN $1::bigint AND $2::bigint AND joint IS NULL AND email <> $3::text
UNION ALL SELECT 1 FROM joint_recipient WHERE key BETWEEN $1::bigint AND $2::bigint AND email <> $3::text
LIMIT 1;
