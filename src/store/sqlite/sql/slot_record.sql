INSERT INTO provider (name, last_slot) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET last_slot = max(coalesce(last_slot, 0), excluded.last_slot);
