SELECT 1 FROM event_unmatched LIMIT 1;
