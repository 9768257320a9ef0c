-- Ends those that have not beaten for $1 ms. FOR UPDATE waits for nobody: one that is claiming this very moment is looked at again later.
UPDATE incarnation i SET ended_at = jebi_now()
FROM (SELECT no FROM incarnation WHERE ended_at IS NULL AND beat_at < jebi_now() - $1::bigint ORDER BY no FOR UPDATE SKIP LOCKED) dead
WHERE i.no = dead.no RETURNING i.no;
