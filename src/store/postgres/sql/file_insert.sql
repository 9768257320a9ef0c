INSERT INTO file (hash, upload, size, kind, created_at, used_at) VALUES ($1::bytea, $2::bigint, $3::bigint, $4::text, $5::bigint, $5::bigint) ON CONFLICT (hash) DO NOTHING;
