SELECT count(*), coalesce(sum(kind = ?3 AND detail = ?4 AND (NOT ?5 OR at = ?6)), 0) FROM event WHERE key = ?1 AND recipient = ?2;
