SELECT 1 FROM event_unmatched WHERE hash = $1::bigint AND reports = $2::text;
