SELECT fingerprint, status, body FROM idempotency WHERE api_key = ?1 AND key = ?2 AND created_at > ?3;
