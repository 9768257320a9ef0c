DELETE FROM key_usage WHERE api_key = $1::bigint AND quarter < $2::bigint;
