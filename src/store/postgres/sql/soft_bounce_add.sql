INSERT INTO soft_bounce AS b (address, day, last_at) VALUES ($1::text, $2::bigint, $3::bigint)
ON CONFLICT (address, day) DO UPDATE SET last_at = greatest(b.last_at, excluded.last_at);
