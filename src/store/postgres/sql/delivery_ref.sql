UPDATE delivery SET provider_id = $2::text WHERE key = $1::bigint AND provider_id IS NULL;
