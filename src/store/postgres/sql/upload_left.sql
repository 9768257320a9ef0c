SELECT no FROM upload WHERE touched_at < $1::bigint ORDER BY touched_at LIMIT 1;
