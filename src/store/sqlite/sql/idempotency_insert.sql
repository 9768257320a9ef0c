INSERT INTO idempotency (api_key, key, fingerprint, status, body, created_at, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (api_key, key) DO NOTHING;
