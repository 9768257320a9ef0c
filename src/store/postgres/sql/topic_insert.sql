INSERT INTO topic (name, created_at) VALUES ($1::text, $2::bigint) ON CONFLICT (name) DO NOTHING RETURNING no;
