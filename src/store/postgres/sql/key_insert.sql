INSERT INTO api_key (kind, name, prefix, hash, scopes, expires_at, senders, networks, daily_limit, created_at, profile)
VALUES ($1::bigint, $2::text, $3::text, $4::bytea, $5::bigint, $6::bigint, $7::text, $8::text, $9::bigint, $10::bigint, $11::text) ON CONFLICT (hash) DO NOTHING RETURNING no;
