-- It is not removed before this transaction ends.
SELECT no FROM content WHERE hash = $1::bytea LIMIT 1 FOR KEY SHARE;
