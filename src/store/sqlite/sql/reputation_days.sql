SELECT kind, name, day, sent, bounced, complained, failed FROM reputation_day WHERE day >= ?1 AND day < ?2 ORDER BY day DESC;
