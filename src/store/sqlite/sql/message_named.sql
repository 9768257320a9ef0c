-- Whether anybody is left that a message was for and who was not erased.
SELECT 1 FROM delivery WHERE key BETWEEN ?1 AND ?2 AND joint IS NULL AND email <> ?3
UNION ALL SELECT 1 FROM joint_recipient WHERE key BETWEEN ?1 AND ?2 AND email <> ?3
LIMIT 1;
