SELECT no, first, count, attempt, open, weight FROM lease WHERE message = $1::bigint ORDER BY no;
