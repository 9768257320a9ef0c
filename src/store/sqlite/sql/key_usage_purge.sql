DELETE FROM key_usage WHERE api_key = ?1 AND quarter < ?2;
