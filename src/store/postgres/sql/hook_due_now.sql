UPDATE hook_call SET due = $2::bigint, since = $2::bigint, tried = 0 WHERE endpoint = $1::bigint AND due IS NOT NULL AND taken_by IS NULL;
