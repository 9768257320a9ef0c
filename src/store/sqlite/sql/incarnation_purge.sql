DELETE FROM incarnation WHERE ended_at < ?1 AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.incarnation = incarnation.no);
