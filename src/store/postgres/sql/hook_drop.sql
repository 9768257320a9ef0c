UPDATE hook_call SET state = 3, due = NULL
WHERE endpoint = $1::bigint AND event IN (SELECT json_array_elements_text(($2::text)::json)::bigint) AND due IS NOT NULL AND taken_by IS NULL;
