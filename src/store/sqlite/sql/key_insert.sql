INSERT INTO api_key (kind, name, prefix, hash, scopes, expires_at, senders, networks, daily_limit, created_at, profile)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (hash) DO NOTHING RETURNING no;
