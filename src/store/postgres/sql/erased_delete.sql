DELETE FROM erased WHERE hash = $1::bytea;
