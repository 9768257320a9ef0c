SELECT kind, name, slot, sent, bounced, complained, failed FROM reputation_slot WHERE slot >= $1::bigint ORDER BY slot DESC;
