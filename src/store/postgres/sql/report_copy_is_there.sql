SELECT 1 FROM delivery d JOIN message m ON m.no = d.key >> 24 WHERE d.key = $1::bigint AND m.queue IS NOT NULL;
