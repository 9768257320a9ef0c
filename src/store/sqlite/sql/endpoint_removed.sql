SELECT no FROM endpoint WHERE removed_at IS NOT NULL ORDER BY no LIMIT 1;
