INSERT INTO consent (address, profile, scope, email) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (address, profile, scope) DO NOTHING;
