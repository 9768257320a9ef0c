-- By scope and part of the time: before the last 24 hours (0), in them (1), in the last hour of them (2).
SELECT kind, name, CASE WHEN slot >= ?3 THEN 2 WHEN slot >= ?2 THEN 1 ELSE 0 END, min(slot), sum(sent), sum(bounced), sum(complained), sum(failed)
FROM reputation_slot WHERE slot >= ?1 GROUP BY 1, 2, 3;
