INSERT INTO suppression_tell (provider, address, cause, at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (provider, address) DO UPDATE SET cause = excluded.cause, at = max(at + 1, excluded.at);
