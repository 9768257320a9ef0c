UPDATE api_key SET name = $2::text, scopes = $3::bigint, expires_at = $4::bigint, senders = $5::text, networks = $6::text, daily_limit = $7::bigint, profile = $8::text WHERE no = $1::bigint;
