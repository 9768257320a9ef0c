INSERT INTO idempotency (api_key, key, fingerprint, status, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (api_key, key) DO NOTHING;
