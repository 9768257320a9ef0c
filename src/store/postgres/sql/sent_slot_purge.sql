DELETE FROM sent_slot WHERE slot < $1::bigint;
