UPDATE decision SET note = '' WHERE key = ?1 AND note <> '';
