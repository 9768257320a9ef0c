UPDATE hook_call SET taken_by = NULL
WHERE endpoint = $1::bigint AND event IN (SELECT json_array_elements_text(($2::text)::json)::bigint) AND taken_by = $3::bigint;
