SELECT no, name, prefix, hash, created_at, revoked_at FROM api_key ORDER BY no;
