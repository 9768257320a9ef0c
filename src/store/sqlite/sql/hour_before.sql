SELECT no, (SELECT min(n.no) FROM message_hour n WHERE n.no > h.no) FROM message_hour h
WHERE h.no < ?1 AND h.hour BETWEEN ?2 AND ?3 ORDER BY h.no DESC LIMIT 1;
