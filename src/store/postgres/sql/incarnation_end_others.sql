-- Other nodes live on: only those that have not beaten for 15 s have ended. The database's time, whatever the node's clock ($2) says.
UPDATE incarnation i SET ended_at = jebi_now()
FROM (SELECT no FROM incarnation
    WHERE no <> $1::bigint AND ended_at IS NULL AND beat_at < jebi_now() - 15000 AND $2::bigint IS NOT NULL
    ORDER BY no FOR UPDATE SKIP LOCKED) dead
WHERE i.no = dead.no;
