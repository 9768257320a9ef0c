-- From here on no piece is added.
UPDATE upload SET touched_at = 0 WHERE no = $1::bigint AND touched_at < $2::bigint;
