UPDATE api_key SET revoked_at = ?2 WHERE no = ?1 AND revoked_at IS NULL;
