INSERT INTO provider (name, last_slot) VALUES ($1::text, $2::bigint)
ON CONFLICT (name) DO UPDATE SET last_slot = greatest(coalesce(provider.last_slot, 0), excluded.last_slot);
