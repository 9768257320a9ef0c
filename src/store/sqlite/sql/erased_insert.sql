INSERT INTO erased (hash, bulk_only, at) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING;
