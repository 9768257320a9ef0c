-- One hour more on both sides: near its change, numbers that nodes draw in turns are of both hours.
SELECT no, (SELECT min(n.no) FROM message_hour n WHERE n.no > h.no) FROM message_hour h
WHERE h.no < $1::bigint AND h.hour + 1 >= $2::bigint AND h.hour - 1 <= $3::bigint ORDER BY h.no DESC LIMIT 1;
