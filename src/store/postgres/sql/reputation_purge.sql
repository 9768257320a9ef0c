DELETE FROM reputation_slot WHERE slot < $1::bigint;
