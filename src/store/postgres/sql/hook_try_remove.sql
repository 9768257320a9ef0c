DELETE FROM hook_try WHERE endpoint = $1::bigint AND event IN (SELECT json_array_elements_text(($2::text)::json)::bigint);
