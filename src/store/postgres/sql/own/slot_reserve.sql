-- Gives out slots of the rate that all nodes share; the rules stand in domain/src/port/slots.rs, and in code in domain/src/fake/slots.rs.
-- $1 provider, $2 mails wanted, $3 recipients of each, $4 rate in thousandths (NULL: none), $5 window, $6 lead, $7 ahead, $8 slower for,
-- all in µs, $9 start afresh, $10 recipients unused, $11 limit of the day (NULL: none). In a transaction of its own.
-- Each step is materialized: else its expressions are copied into all that follow, which takes five times as long.
-- No row: the provider's row is missing or of an earlier ten minutes. Run slot_begin, and this again.
WITH held AS MATERIALIZED (
    SELECT * FROM pace WHERE provider = $1::text FOR UPDATE
), clock AS MATERIALIZED (
    -- The time is read after waiting for the row.
    SELECT *, jebi_now_us() AS now FROM held
), known AS MATERIALIZED (
    -- Database time that was set back: what was given out still stands before what comes.
    SELECT provider, now, day_before + day_taken AS counted, day_before, wide,
        CASE WHEN now < set_at - 1000 THEN now + greatest(next_slot - set_at, 0) + $5::bigint ELSE next_slot END AS next_slot,
        CASE WHEN now >= set_at - 1000 THEN wide_until WHEN wide_until > set_at THEN now + wide_until - set_at + $5::bigint ELSE 0 END AS wide_until,
        rate AS told, CASE WHEN now >= set_at - 1000 THEN rate_until WHEN rate_until > set_at THEN now + rate_until - set_at ELSE 0 END AS rate_until,
        greatest(CASE WHEN now >= set_at - 1000 THEN slow_until WHEN slow_until > set_at THEN now + slow_until - set_at ELSE 0 END,
            CASE WHEN $8::bigint > 0 THEN now + $8::bigint ELSE 0 END) AS slow_until
    FROM clock WHERE day >= now / 600000000
), agreed AS MATERIALIZED (
    SELECT *,
        -- A lower rate than the one in force: a second's pause, so that no second mixes them.
        greatest(CASE WHEN rate_until > now AND coalesce($4::bigint, 9223372036854775807) < coalesce(told, 9223372036854775807)
                THEN greatest(next_slot, now) + $5::bigint ELSE next_slot END,
            CASE WHEN $9::boolean THEN now + $5::bigint ELSE 0 END) AS base,
        NOT (rate_until > now) OR coalesce($4::bigint, 9223372036854775807) <= coalesce(told, 9223372036854775807) AS tells
    FROM known
), paced AS MATERIALIZED (
    SELECT *, CASE WHEN tells THEN $4::bigint ELSE told END AS rate, greatest(base, now + $6::bigint) AS first,
        greatest(counted - $10::bigint, 0) AS used
    FROM agreed
), widened AS MATERIALIZED (
    SELECT *, CASE WHEN slow_until > now THEN rate * 9 / 10 ELSE rate END AS speed, CASE WHEN wide_until > first THEN wide ELSE 1 END AS alive
    FROM paced
), spaced AS MATERIALIZED (
    SELECT *, CASE WHEN speed IS NULL THEN 0 ELSE ceil($5::numeric * 1000000
        / greatest(speed + 1000 * (1 - CASE WHEN $2::bigint > 1 THEN greatest(alive, $3::bigint) ELSE alive END), least(speed, 1000)))::bigint
        END AS spacing
    FROM widened
), given AS MATERIALIZED (
    SELECT *, least($2::bigint,
        CASE WHEN spacing > 0 THEN greatest(ceil((now + $7::bigint - first)::numeric * 1000 / ($3::bigint * spacing)), 0)::bigint END,
        CASE WHEN $11::bigint IS NOT NULL THEN greatest(greatest($11::bigint - used, 0) / $3::bigint, CASE WHEN used = 0 THEN 1 ELSE 0 END) END
        ) AS granted
    FROM spaced
), ended AS MATERIALIZED (
    SELECT *, granted > 0 AND spacing > 0 AS takes, $3::bigint > 1 AND $3::bigint >= alive AS widens,
        first + ceil(granted * $3::numeric * spacing / 1000)::bigint AS behind
    FROM given
)
UPDATE pace p SET set_at = e.now, rate = e.rate, slow_until = e.slow_until,
    next_slot = CASE WHEN NOT e.takes THEN e.base WHEN e.widens THEN e.behind
        ELSE e.behind + ceil(($3::numeric - 1) * e.spacing / 1000)::bigint END,
    wide = CASE WHEN e.takes AND e.widens THEN $3::bigint ELSE e.wide END,
    wide_until = CASE WHEN e.takes AND e.widens THEN e.behind + $5::bigint ELSE e.wide_until END,
    rate_until = CASE WHEN e.tells THEN e.now + 10000000 ELSE e.rate_until END,
    day_taken = e.used + e.granted * $3::bigint - e.day_before
FROM ended e WHERE p.provider = e.provider
RETURNING e.now, e.granted, CASE WHEN e.spacing > 0 THEN e.first ELSE e.now END AS first, e.spacing, e.rate,
    greatest(e.slow_until - e.now, 0) AS slow_for, e.used + e.granted * $3::bigint AS day_used;
