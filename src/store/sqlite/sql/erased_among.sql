SELECT 1 FROM erased WHERE hash = ?1 AND (bulk_only = 0 OR ?2);
