INSERT INTO erased (hash, bulk_only, at) VALUES ($1::bytea, $2::bigint, $3::bigint) ON CONFLICT (hash) DO NOTHING;
