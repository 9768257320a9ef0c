SELECT no, kind, name, prefix, hash, scopes, expires_at, senders, networks, daily_limit, created_at, revoked_at, last_used_at, requests, profile
FROM api_key ORDER BY no;
