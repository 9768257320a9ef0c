SELECT 1 FROM attempt WHERE key = $1::bigint AND attempt <> $2::bigint AND outcome IN ('unknown', 'sent') LIMIT 1;
