SELECT l.no FROM lease l LEFT JOIN incarnation i ON i.no = l.incarnation WHERE i.no IS NULL OR i.ended_at IS NOT NULL;
