INSERT INTO consent (address, profile, scope, email) VALUES ($1::text, $2::text, $3::text, $4::text) ON CONFLICT (address, profile, scope) DO NOTHING;
