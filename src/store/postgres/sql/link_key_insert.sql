INSERT INTO link_key (no, salt, proof, since, created_at) VALUES ($1::bigint, $2::bytea, $3::bytea, $4::bigint, $5::bigint) ON CONFLICT (no) DO NOTHING;
