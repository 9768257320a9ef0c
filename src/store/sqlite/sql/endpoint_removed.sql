SELECT no, removed_at FROM endpoint WHERE removed_at IS NOT NULL ORDER BY no;
