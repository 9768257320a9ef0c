SELECT slot, sent FROM sent_slot WHERE provider = ?1 AND slot >= ?2 ORDER BY slot;
