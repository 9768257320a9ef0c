UPDATE decision SET note = '' WHERE key = $1::bigint AND note <> '';
