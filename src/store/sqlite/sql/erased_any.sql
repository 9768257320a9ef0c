SELECT 1 FROM erased WHERE hash = ?1;
