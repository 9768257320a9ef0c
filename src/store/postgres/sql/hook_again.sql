UPDATE hook_call SET state = 0, due = $3::bigint, since = $3::bigint, tried = 0
WHERE endpoint = $1::bigint AND event IN (SELECT json_array_elements_text(($2::text)::json)::bigint) AND taken_by IS NULL;
