SELECT slot, sent FROM sent_slot WHERE provider = $1::text AND slot >= $2::bigint ORDER BY slot;
