INSERT INTO idempotency (api_key, key, fingerprint, status, body, created_at) VALUES ($1::bigint, $2::text, $3::bytea, $4::bigint, $5::bytea, $6::bigint)
ON CONFLICT (api_key, key) DO NOTHING;
