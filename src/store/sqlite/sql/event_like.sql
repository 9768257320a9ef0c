SELECT count(*), coalesce(sum(recipient = ?2 AND kind = ?3 AND detail = ?4 AND (NOT ?5 OR at = ?6)), 0) FROM event WHERE key = ?1;
