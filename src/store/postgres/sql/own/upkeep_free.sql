-- The housekeeping is another node's to take at once.
UPDATE upkeep SET until = 0 WHERE one = 1 AND incarnation = $1::bigint;
