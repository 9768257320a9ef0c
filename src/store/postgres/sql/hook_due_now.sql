UPDATE hook_call SET due = $3::bigint, since = $3::bigint, tried = 0
WHERE endpoint = $1::bigint AND event IN (SELECT json_array_elements_text(($2::text)::json)::bigint) AND due IS NOT NULL AND taken_by IS NULL;
