SELECT 1 FROM attempt WHERE key = ?1 AND attempt <> ?2 AND outcome IN ('unknown', 'sent') LIMIT 1;
