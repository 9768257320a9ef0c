-- By the database's time, whatever the node's clock ($2) says. One that is claiming this very moment is looked at again later.
UPDATE incarnation i SET ended_at = jebi_now()
FROM (SELECT no FROM incarnation
    WHERE no <> $1::bigint AND ended_at IS NULL AND beat_at < jebi_now() - $3::bigint AND $2::bigint IS NOT NULL
    ORDER BY no FOR UPDATE SKIP LOCKED) dead
WHERE i.no = dead.no;
