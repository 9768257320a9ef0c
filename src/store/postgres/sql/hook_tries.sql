SELECT event, at, took_ms, status, error, answer FROM hook_try
WHERE endpoint = $1::bigint AND event IN (SELECT json_array_elements_text(($2::text)::json)::bigint) ORDER BY event, attempt;
