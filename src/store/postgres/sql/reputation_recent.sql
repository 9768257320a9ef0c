-- By scope and part of the time: before the last 24 hours (0), in them (1), in the last hour of them (2).
SELECT kind, name, CASE WHEN slot >= $3::bigint THEN 2 WHEN slot >= $2::bigint THEN 1 ELSE 0 END::bigint, min(slot),
    sum(sent)::bigint, sum(bounced)::bigint, sum(complained)::bigint, sum(failed)::bigint
FROM reputation_slot WHERE slot >= $1::bigint GROUP BY 1, 2, 3;
