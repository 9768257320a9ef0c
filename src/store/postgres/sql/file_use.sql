-- It is not removed before this transaction ends.
SELECT no FROM file WHERE hash = $1::bytea FOR KEY SHARE;
