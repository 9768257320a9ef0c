DELETE FROM hook_event WHERE no IN (SELECT json_array_elements_text(($1::text)::json)::bigint);
