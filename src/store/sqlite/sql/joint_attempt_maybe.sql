SELECT 1 FROM joint_attempt WHERE key = ?1 AND position = ?2 AND attempt <> ?3 AND outcome IN ('unknown', 'sent') LIMIT 1;
