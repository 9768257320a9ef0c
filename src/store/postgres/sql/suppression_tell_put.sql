INSERT INTO suppression_tell AS t (provider, address, cause, at) VALUES ($1::text, $2::text, $3::bigint, $4::bigint)
ON CONFLICT (provider, address) DO UPDATE SET cause = excluded.cause, at = greatest(t.at + 1, excluded.at);
