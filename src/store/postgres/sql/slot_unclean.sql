UPDATE provider SET last_slot = $1::bigint WHERE last_slot IS NOT NULL;
