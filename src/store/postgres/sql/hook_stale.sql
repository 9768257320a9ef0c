SELECT event FROM hook_call WHERE endpoint = $1::bigint AND due IS NOT NULL AND taken_by IS NULL AND since < $2::bigint LIMIT $3::bigint;
