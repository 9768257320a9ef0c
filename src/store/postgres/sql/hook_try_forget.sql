DELETE FROM hook_try WHERE endpoint IN (SELECT no FROM endpoint) AND event IN (SELECT json_array_elements_text(($1::text)::json)::bigint);
