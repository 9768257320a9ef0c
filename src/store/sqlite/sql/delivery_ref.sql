UPDATE delivery SET provider_id = ?2 WHERE key = ?1 AND provider_id IS NULL;
