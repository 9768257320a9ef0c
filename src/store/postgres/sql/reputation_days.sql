SELECT kind, name, day, sent, bounced, complained, failed FROM reputation_day
WHERE day >= $1::bigint AND day < $2::bigint ORDER BY day DESC;
