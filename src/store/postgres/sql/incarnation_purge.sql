DELETE FROM incarnation WHERE ended_at < $1::bigint AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.incarnation = incarnation.no)
AND NOT EXISTS (SELECT 1 FROM upkeep u WHERE u.incarnation = incarnation.no);
