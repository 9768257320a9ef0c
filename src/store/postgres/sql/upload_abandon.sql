-- One that is a file's by now stays.
UPDATE upload SET touched_at = 0 WHERE no = $1::bigint AND touched_at IS NOT NULL;
