SELECT no FROM content WHERE hash = $1::bytea;
