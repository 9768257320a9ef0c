-- Begins the row of shared slots of provider $1, or its next ten minutes. A row that was not there is one that a crash, a failover or a
-- restore has emptied, or the first: nothing begins for $2 µs. What counts for the day is what was given, or settled where that is more.
WITH held AS MATERIALIZED (
    SELECT day, day_taken FROM pace WHERE provider = $1::text FOR UPDATE
), clock AS MATERIALIZED (
    SELECT jebi_now_us() AS now, (SELECT day FROM held) AS before, coalesce((SELECT day_taken FROM held), 0) AS taken
), time AS (
    SELECT *, now / 600000000 AS day FROM clock
), kept AS (
    INSERT INTO pace_day (provider, slot, taken) SELECT $1::text, before, taken FROM time WHERE before < day
    ON CONFLICT (provider, slot) DO UPDATE SET taken = excluded.taken
), gone AS (
    DELETE FROM pace_day WHERE provider = $1::text AND slot < (SELECT day FROM time) - 144
), used AS (
    -- The last slot that counts leaves 24 hours after its end.
    SELECT now, day, greatest(
        coalesce((SELECT sum(d.taken) FROM pace_day d WHERE d.provider = $1::text AND d.slot >= day - 144 AND d.slot IS DISTINCT FROM before), 0)
            + CASE WHEN before >= day - 144 THEN taken ELSE 0 END,
        coalesce((SELECT sum(s.sent) FROM sent_slot s WHERE s.provider = $1::text AND s.slot >= day - 144), 0))::bigint AS used
    FROM time
)
INSERT INTO pace (provider, next_slot, set_at, day, day_before) SELECT $1::text, now + $2::bigint, now, day, used FROM used
ON CONFLICT (provider) DO UPDATE SET day = excluded.day, day_taken = 0, day_before = excluded.day_before WHERE pace.day < excluded.day;
