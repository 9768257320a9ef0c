SELECT i.no FROM idempotency i WHERE i.message IS NOT NULL AND NOT EXISTS (SELECT 1 FROM message m WHERE m.no = i.message AND m.queue IS NOT NULL);
