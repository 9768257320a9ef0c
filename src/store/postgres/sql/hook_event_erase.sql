UPDATE hook_event SET recipient = $2::text, detail = NULL WHERE no IN (SELECT json_array_elements_text(($1::text)::json)::bigint);
